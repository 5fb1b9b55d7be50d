// Command cleanup is the function that removes what has had its time, on a schedule.
package main

import (
	"context"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"systole/functions/internal/environment"
	"systole/shared/aws/client"
	"systole/shared/aws/s3"
	"systole/shared/cleanup"
	"systole/shared/config"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable, config.Bucket)
	if err != nil {
		return err
	}
	tables := environment.Tables(settings, sdk)
	bucket := s3.New(sdk, client.Endpoint(os.Getenv, "S3"), settings.Bucket)
	service := cleanup.NewService(tables, tables, bucket, cleanup.Settings{
		TokenIdle:    settings.TokenLimits.Idle,
		UploadsKeep:  settings.UploadsKeep,
		OrphansAfter: settings.OrphansAfter,
		UnusedAfter:  settings.UnusedAfter,
		PerKind:      settings.CleanUpPerKind,
	}, time.Now)
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	lambda.Start(func(ctx context.Context, e event) (cleanup.Report, error) {
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

// event is what the function is called with. The schedule's has no fields of
// ours.
type event struct {
	DryRun bool `json:"dry_run"` // only report
}
