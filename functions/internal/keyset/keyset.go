// Package keyset plugs in the public keys of tokens for third parties.
package keyset

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/signing"
)

// Plug sets the public keys. It follows the plug of the secrets.
func Plug(_ *lambda.Environment, p *wiring.Parts) { p.KeySet = signing.New(p.Keys, p.Now) }
