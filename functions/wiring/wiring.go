// Package wiring defines the dependencies between the parts of the service. A
// function's main and infra/service set the adapters (AWS's, a laptop's, a
// test's), and take the routes that they serve.
//
// It links no adapter, no password hashing and no signal processing: code that a
// function doesn't use must not make it larger.
package wiring

import (
	"io"
	"time"

	"systole/shared/account"
	"systole/shared/api/authenticate"
	"systole/shared/api/openid"
	"systole/shared/biometric"
	"systole/shared/cleanup"
	"systole/shared/config"
	"systole/shared/member"
	"systole/shared/provider"
	"systole/shared/store"
)

// Parts are the settings and adapters that the service is made of. A route needs
// some of them; the others may be nil.
type Parts struct {
	Config   config.Config
	Members  store.Members
	Sessions store.Sessions
	Grants   store.Grants
	Objects  store.Objects
	Uploads  store.Presigner
	Hasher   member.Hasher
	Keys     biometric.Keys
	Engine   biometric.Engine
	// Assertions signs for third parties, KeySet publishes the public keys.
	Assertions authenticate.Assertions
	KeySet     openid.KeySet
	Now        func() time.Time
	Random     io.Reader // must be safe for concurrent use
}

// Tokens needs Sessions.
func (p Parts) Tokens() *member.Tokens {
	return member.NewTokens(p.Sessions, p.Config.TokenLimits, p.Now, p.Random)
}

// People needs Members and Sessions, and Hasher for routes with a password.
func (p Parts) People() *member.Service {
	return member.NewService(p.Members, p.Tokens(), p.Hasher, p.Now, p.Random)
}

// Accounts needs Members, Sessions and Objects.
func (p Parts) Accounts() *account.Service {
	return account.NewService(p.Members, p.Sessions, p.Tokens(), p.Objects, p.Deletion(), p.Now)
}

// Deletion of templates needs Members, Sessions and Objects, and Keys if the
// account stays.
func (p Parts) Deletion() *biometric.Deletion {
	return biometric.NewDeletion(p.Members, p.Tokens(), p.Objects, p.Keys, p.Now, p.Random)
}

// Checks needs Members, Sessions, Objects, Keys and Engine.
func (p Parts) Checks() *biometric.Service {
	return biometric.NewService(p.Tokens(), p.Members, p.Objects, p.Keys, p.Engine, p.Config.Biometric(), p.Now, p.Random)
}

// Provider needs Members, Sessions and Grants.
func (p Parts) Provider() *provider.Service {
	return provider.NewService(p.Grants, p.Tokens(), p.Members, p.Config.Clients, p.Now)
}

// OpenID returns the settings of the provider's routes.
func (p Parts) OpenID() openid.Settings {
	return openid.Settings{Issuer: p.Config.Issuer, Challenge: p.Config.ChallengeRequired}
}

// ttlGrace is the time that DynamoDB has to delete expired rows by itself, before
// clean-up pays for it: a quarter of the day within which they must be deleted.
const ttlGrace = 6 * time.Hour

// HandOffs needs Members, Sessions and Grants.
func (p Parts) HandOffs() *member.HandOffs {
	return member.NewHandOffs(p.Grants, p.Tokens(), p.Members, p.Now)
}

// CleanUp needs Members, Sessions and Objects.
func (p Parts) CleanUp() *cleanup.Service {
	return cleanup.NewService(p.Sessions, p.Members, p.Objects, cleanup.Settings{
		TokenIdle:    p.Config.TokenLimits.Idle,
		UploadsKeep:  p.Config.UploadsKeep,
		OrphansAfter: p.Config.OrphansAfter,
		UnusedAfter:  p.Config.UnusedAfter,
		PerKind:      p.Config.CleanUpPerKind,
		TTLGrace:     ttlGrace,
	}, p.Now)
}
