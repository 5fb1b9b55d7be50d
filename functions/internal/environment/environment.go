// Package environment is how a function comes by its settings and tables.
package environment

import (
	"errors"
	"fmt"
	"os"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/shared/config"
)

// Main runs a function and ends the process with its error, if any.
func Main(run func() error) {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Read returns the settings, of which the required ones are there, and the
// SDK's. The error names everything that is wrong with the environment.
func Read(required ...string) (config.Config, aws.Config, error) {
	settings, err := config.Read(os.LookupEnv, required...)
	sdk, sdkErr := client.Config(os.Getenv)
	return settings, sdk, errors.Join(err, sdkErr)
}

// Tables are the members, tokens and activity.
func Tables(c config.Config, sdk aws.Config) *dynamo.Store {
	return dynamo.New(sdk, client.Endpoint(os.Getenv, "DYNAMODB"),
		dynamo.Tables{Members: c.MembersTable, Tokens: c.TokensTable, Activity: c.ActivityTable})
}
