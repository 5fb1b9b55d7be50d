// Command create is the function of sign-up.
package main

import (
	"crypto/rand"
	"time"

	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/api/members"
	"systole/shared/config"
	"systole/shared/member"
	"systole/shared/member/argon2id"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable, config.ActivityTable)
	if err != nil {
		return err
	}
	tables := environment.Tables(settings, sdk)
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	hasher := argon2id.New(argon2id.Cost(settings.HashCost), settings.HashParallel, rand.Reader)
	service := member.NewService(tables, tokens, hasher, time.Now, rand.Reader)
	serve.Routes(settings, members.Create(service))
	return nil
}
