// Command has_model is the function that tells whether a member has a model.
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
	"systole/shared/config"
	"systole/shared/gateway"
	"systole/shared/member"
	"systole/shared/store/awsclient"
	"systole/shared/store/dynamo"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	settings, err := config.Read(os.LookupEnv, config.MembersTable, config.TokensTable)
	sdk, sdkErr := awsclient.Config(os.Getenv)
	if err := errors.Join(err, sdkErr); err != nil {
		return err
	}
	tables := dynamo.New(sdk, awsclient.Endpoint(os.Getenv, "DYNAMODB"),
		dynamo.Tables{Members: settings.MembersTable, Tokens: settings.TokensTable})
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	gateway.Start(api.New(api.Settings{
		Logger:           slog.New(slog.NewJSONHandler(os.Stdout, nil)),
		AllowOrigins:     settings.CORSOrigins,
		MetricsNamespace: settings.MetricsNamespace,
	}, authenticate.HasModel(member.NewModels(tables, tokens))))
	return nil
}
