// Package moved plugs in argon2id, and beside it the hashes of members who moved
// here from a Django server.
package moved

import (
	"systole/functions/internal/lambda"
	"systole/functions/internal/passwords"
	"systole/functions/wiring"
	"systole/shared/member/django"
)

// Plug puts in the hashing of passwords.
func Plug(_ *lambda.Environment, p *wiring.Parts) {
	p.Hasher = passwords.Hasher(p).Also(django.Parse)
}
