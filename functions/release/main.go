// Command release is the function that tries a new version of another one before
// requests reach it. CodeDeploy starts it for each function of a release, and
// rolls the version back if the verdict is Failed.
package main

import (
	"context"
	"log/slog"
	"net/http"
	"os"
	"time"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"systole/functions/internal/lambda"
	"systole/shared/aws/client"
)

func main() { lambda.Main(run) }

func run(env *lambda.Environment) error {
	sdk, err := client.Config(env.Getenv)
	env.Fail(err)
	env.Need("METRICS_NAMESPACE") // the stack's name
	if err := env.Err(); err != nil {
		return err
	}
	c := &caller{sdk: sdk, getenv: env.Getenv, http: &http.Client{Timeout: callTimeout}}
	h := &hook{deployments: c, functions: c, stack: env.Config.MetricsNamespace, log: slog.New(slog.NewJSONHandler(os.Stdout, nil))}
	runtime.Start(h.handle)
	return nil
}

// callTimeout is longer than a function's own limit of 20 s.
const callTimeout = 25 * time.Second

// event is CodeDeploy's event.
type event struct {
	DeploymentID string `json:"DeploymentId"`
	ExecutionID  string `json:"LifecycleEventHookExecutionId"`
}

// deployments returns the version that a deployment is of, and receives the
// verdict.
type deployments interface {
	Target(ctx context.Context, deploymentID string) (version, error)
	Report(ctx context.Context, e event, passed bool) error
}

// version is a version of a function.
type version struct{ Function, Number string }

type hook struct {
	deployments
	functions invoker
	stack     string
	log       *slog.Logger
}

// handle tries the version that the deployment is of. A version that can't be
// tried fails.
func (h *hook) handle(ctx context.Context, e event) error {
	v, err := h.Target(ctx, e.DeploymentID)
	if err == nil {
		err = try(ctx, h.functions, h.stack, v)
	}
	if err != nil {
		h.log.LogAttrs(ctx, slog.LevelError, "release", slog.String("function", v.Function), slog.String("version", v.Number), slog.String("cause", err.Error()))
	} else {
		h.log.LogAttrs(ctx, slog.LevelInfo, "release", slog.String("function", v.Function), slog.String("version", v.Number))
	}
	return h.Report(ctx, e, err == nil)
}
