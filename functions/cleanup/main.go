// Command cleanup is the function that removes what has had its time, on a schedule.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"systole/shared/cleanup"
	"systole/shared/config"
	"systole/shared/store/awsclient"
	"systole/shared/store/dynamo"
	"systole/shared/store/s3"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	settings, err := config.Read(os.LookupEnv, config.MembersTable, config.TokensTable, config.Bucket)
	sdk, sdkErr := awsclient.Config(os.Getenv)
	if err := errors.Join(err, sdkErr); err != nil {
		return err
	}
	tables := dynamo.New(sdk, awsclient.Endpoint(os.Getenv, "DYNAMODB"),
		dynamo.Tables{Members: settings.MembersTable, Tokens: settings.TokensTable})
	bucket := s3.New(sdk, awsclient.Endpoint(os.Getenv, "S3"), settings.Bucket)
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
