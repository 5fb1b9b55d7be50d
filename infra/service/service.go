// Package service puts the whole service together for one process: every route
// that the functions of functions/ answer one by one.
package service

import (
	"io"
	"time"

	"systole/shared/account"
	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/api/members"
	"systole/shared/api/openapi"
	"systole/shared/biometric"
	"systole/shared/biometric/configured"
	"systole/shared/biometric/upload"
	"systole/shared/config"
	"systole/shared/console"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/store"
)

// Stores are where everything is kept.
type Stores struct {
	Members  store.Members
	Sessions store.Sessions
	Objects  store.Objects
	Keys     biometric.Keys
	Uploads  store.Presigner
}

// Routes returns every route. random must be safe for concurrent use.
func Routes(c config.Config, s Stores, now func() time.Time, random io.Reader) []api.Route {
	tokens := member.NewTokens(s.Sessions, c.TokenLimits, now, random)
	hasher := argon2id.New(argon2id.Cost(c.HashCost), c.HashParallel, random)
	people := member.NewService(s.Members, tokens, hasher, now, random)
	accounts := account.NewService(s.Members, s.Sessions, tokens, s.Objects, now)
	hearts := biometric.NewService(tokens, s.Members, s.Objects, s.Keys, configured.Settings(c), now, random)
	return []api.Route{
		members.Create(people), members.LogIn(people), members.LogOut(tokens),
		members.Password(people), members.SessionList(people), members.Activity(people),
		members.Consent(people, accounts, c.ConsentRequired),
		members.Export(accounts), members.Delete(account.NewDeletions(accounts, people)),
		authenticate.MakeModel(hearts), authenticate.HasModel(member.NewModels(s.Members, tokens)), authenticate.CheckUser(hearts),
		authenticate.Challenge(tokens), authenticate.DeleteModel(accounts),
		authenticate.Uploads(upload.New(tokens, s.Uploads, random), int(upload.Lifetime.Seconds())),
	}
}

// Pages are the routes of what is for people: the console, and the API's
// description.
func Pages(c config.Config) ([]api.Route, error) {
	seen, err := console.Routes(console.Settings{DefaultRateHz: c.SamplingRateHz, Parallel: c.ReadParallel})
	return append(openapi.Routes(), seen...), err
}
