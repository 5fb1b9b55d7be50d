// Package service assembles the whole service for one process: every route that
// the functions of functions/ answer one by one.
package service

import (
	"io"
	"slices"
	"time"

	"systole/functions/wiring"
	"systole/shared/api"
	"systole/shared/api/openapi"
	"systole/shared/api/openid/protocol"
	"systole/shared/assertion"
	"systole/shared/biometric"
	"systole/shared/config"
	"systole/shared/console"
	"systole/shared/ecg/engine"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/member/django"
	"systole/shared/sdk"
	"systole/shared/signing"
	"systole/shared/store"
)

// Stores are the stores of the service's data.
type Stores struct {
	Members  store.Members
	Sessions store.Sessions
	Grants   store.Grants
	Objects  store.Objects
	Keys     biometric.Keys
	Uploads  store.Presigner
}

// Routes returns every route. random must be safe for concurrent use.
func Routes(c config.Config, s Stores, now func() time.Time, random io.Reader) []api.Route {
	return RoutesWith(engine.New(c.SamplingRateHz), c, s, now, random)
}

// RoutesWith is Routes with another engine.
func RoutesWith(e biometric.Engine, c config.Config, s Stores, now func() time.Time, random io.Reader) []api.Route {
	p := wiring.Parts{
		Config: c, Members: s.Members, Sessions: s.Sessions, Grants: s.Grants, Objects: s.Objects, Uploads: s.Uploads,
		Hasher: argon2id.New(c.HashCost, c.HashParallel, random).Also(django.Parse), Keys: s.Keys, Engine: e,
		Now: now, Random: random,
	}
	keys := signing.New(s.Keys, now)
	p.KeySet, p.Assertions = keys, assertion.NewService(keys, member.NewSubjects(s.Members, random), now)
	clients := protocol.New(p.Provider(), keys, p.Tokens(), p.OpenID())
	return append(p.Routes(), clients.Authorize(), clients.Pushed(), clients.Token(), clients.EndSession())
}

// Pages are the routes for people and their tools: the console, the API's
// description and the clients' files.
func Pages(c config.Config) ([]api.Route, error) {
	pages, err := console.Routes(console.Settings{DefaultRateHz: c.SamplingRateHz, Parallel: c.ReadParallel})
	return slices.Concat(openapi.Routes(), sdk.Routes(), pages), err
}
