// Command challenge is the function that gives a nonce for the next check.
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
	settings, sdk, err := environment.Read(config.TokensTable)
	if err != nil {
		return err
	}
	tokens := member.NewTokens(environment.Tables(settings, sdk), settings.TokenLimits, time.Now, rand.Reader)
	serve.Routes(settings, authenticate.Challenge(tokens))
	return nil
}
