// Command has_model is the function that tells whether a member has a model.
package main

import (
	"crypto/rand"
	"time"

	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/api/authenticate"
	"systole/shared/config"
	"systole/shared/member"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable)
	if err != nil {
		return err
	}
	tables := environment.Tables(settings, sdk)
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	serve.Routes(settings, authenticate.HasModel(member.NewModels(tables, tokens)))
	return nil
}
