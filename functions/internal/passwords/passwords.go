// Package passwords plugs in argon2id.
package passwords

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/member/argon2id"
)

// Plug sets the hashing of passwords.
func Plug(_ *lambda.Environment, p *wiring.Parts) { p.Hasher = Hasher(p) }

// Hasher returns argon2id at the cost in the settings.
func Hasher(p *wiring.Parts) *argon2id.Hasher {
	return argon2id.New(p.Config.HashCost, p.Config.HashParallel, p.Random)
}
