// Command cleanup is the function that deletes expired tokens, old uploads, and
// orphaned or unused models, on a schedule.
package main

import (
	"context"
	"log/slog"
	"os"

	runtime "github.com/aws/aws-lambda-go/lambda"

	"systole/functions/internal/bucket"
	"systole/functions/internal/lambda"
	"systole/functions/internal/tables"
	"systole/shared/cleanup"
)

func main() { lambda.Main(run) }

func run(env *lambda.Environment) error {
	parts := env.Parts(tables.Plug, bucket.Plug)
	if err := env.Err(); err != nil {
		return err
	}
	service := parts.CleanUp()
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	runtime.Start(func(ctx context.Context, e event) (cleanup.Report, error) {
		report, err := service.Run(ctx, e.DryRun)
		if err != nil {
			log.Error("cleanup", "report", report, "error", err)
			return report, err
		}
		log.Info("cleanup", "report", report)
		return report, nil
	})
	return nil
}

// event is the function's input. The schedule's event sets no field of it.
type event struct {
	DryRun bool `json:"dry_run"` // only report
}
