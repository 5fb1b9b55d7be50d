// Command logout is the function of log-out.
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
	settings, sdk, err := environment.Read(config.TokensTable)
	if err != nil {
		return err
	}
	tokens := member.NewTokens(environment.Tables(settings, sdk), settings.TokenLimits, time.Now, rand.Reader)
	serve.Routes(settings, members.LogOut(tokens))
	return nil
}
