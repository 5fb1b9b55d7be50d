// Command activity is the function that tells what happened to an account.
package main

import (
	"crypto/rand"
	"time"

	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/api/members"
	"systole/shared/config"
	"systole/shared/member"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable, config.ActivityTable)
	if err != nil {
		return err
	}
	tables := environment.Tables(settings, sdk)
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	service := member.NewService(tables, tokens, nil, time.Now, rand.Reader)
	serve.Routes(settings, members.Activity(service))
	return nil
}
