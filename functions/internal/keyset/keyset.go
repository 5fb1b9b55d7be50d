// Package keyset plugs in the keys that tokens for third parties are verified with.
package keyset

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/signing"
)

// Plug puts in the keys to verify with. The plug of the secrets comes before.
func Plug(_ *lambda.Environment, p *wiring.Parts) { p.KeySet = signing.New(p.Keys, p.Now) }
