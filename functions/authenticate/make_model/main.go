// Command make_model is the function that makes a member's model.
package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/biometric"
	"systole/shared/config"
	"systole/shared/ecg"
	"systole/shared/gateway"
	"systole/shared/member"
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
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	service := biometric.NewService(tokens, tables, bucket, biometric.Settings{
		FMR:           ecg.FMR(settings.MatchFMR),
		DefaultRateHz: settings.SamplingRateHz,
		KeepUploads:   settings.UploadsKeep > 0,
		Parallel:      settings.ReadParallel,
	}, time.Now, rand.Reader)
	gateway.Start(api.New(api.Settings{
		Logger:           slog.New(slog.NewJSONHandler(os.Stdout, nil)),
		AllowOrigins:     settings.CORSOrigins,
		MetricsNamespace: settings.MetricsNamespace,
	}, authenticate.MakeModel(service)))
	return nil
}
