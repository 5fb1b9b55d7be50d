// Package moved plugs in argon2id, and the hashes of members who moved here from
// a Django server.
package moved

import (
	"systole/functions/internal/lambda"
	"systole/functions/internal/passwords"
	"systole/functions/wiring"
	"systole/shared/member/django"
)

// Plug sets the hashing of passwords.
func Plug(_ *lambda.Environment, p *wiring.Parts) {
	p.Hasher = passwords.Hasher(p).Also(django.Parse)
}
