// Command cleanup is the function that deletes ended tokens, old uploads, old
// activity, and orphaned or unused models, on a schedule. A run works on all
// lists, or on those that its event names.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

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
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	runtime.Start(handler(parts.CleanUp(), env.Config.MetricsNamespace, log))
	return nil
}

// event is the function's input. The schedule's event sets no field of it.
type event struct {
	DryRun bool  `json:"dry_run"` // report only
	Lists  []int `json:"lists"`   // lists to work on; if empty, all of them and the survey
}

// answer is the function's output.
type answer struct {
	cleanup.Report
	Left []int `json:"left"` // the lists with items due that are left
	More bool  `json:"more"` // whether there are such lists
}

func handler(service *cleanup.Service, namespace string, log *slog.Logger) func(context.Context, event) (answer, error) {
	return func(ctx context.Context, e event) (answer, error) {
		report, left, err := cleanUp(ctx, service, e)
		attrs := []slog.Attr{slog.Any("report", report), slog.Any("left", left)}
		if namespace != "" && !e.DryRun {
			attrs = append(attrs, metrics(namespace, report, time.Now())...)
		}
		level := slog.LevelInfo
		if err != nil {
			level, attrs = slog.LevelError, append(attrs, slog.Any("error", err))
		}
		log.LogAttrs(ctx, level, "cleanup", attrs...)
		return answer{report, left, len(left) > 0}, err
	}
}

func cleanUp(ctx context.Context, service *cleanup.Service, e event) (cleanup.Report, []int, error) {
	if len(e.Lists) > 0 {
		return service.RunShards(ctx, e.Lists, e.DryRun)
	}
	return service.RunAll(ctx, e.DryRun)
}

// metrics are the backlog of clean-up and its deletions, in CloudWatch's embedded
// format.
func metrics(namespace string, r cleanup.Report, at time.Time) []slog.Attr {
	removed := r.ExpiredTokens + r.OldUploads + r.OrphanModels + r.UnusedModels + r.OldActivity
	metric := func(name, unit string) map[string]string { return map[string]string{"Name": name, "Unit": unit} }
	return []slog.Attr{
		slog.String("job", "cleanup"),
		slog.Int("cleanup_behind", r.Behind),
		slog.Int("cleanup_removed", removed),
		slog.Int("cleanup_failed", r.Failed),
		slog.Group("_aws",
			slog.Int64("Timestamp", at.UnixMilli()),
			slog.Any("CloudWatchMetrics", []any{map[string]any{
				"Namespace":  namespace,
				"Dimensions": [][]string{{"job"}},
				"Metrics":    []any{metric("cleanup_behind", "Seconds"), metric("cleanup_removed", "Count"), metric("cleanup_failed", "Count")},
			}})),
	}
}
