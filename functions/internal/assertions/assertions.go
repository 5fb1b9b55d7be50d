// Package assertions plugs in the signing of assertions.
package assertions

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/assertion"
	"systole/shared/member"
	"systole/shared/signing"
)

// Plug sets the signing of assertions. It follows the plugs of the secrets and
// the tables.
func Plug(_ *lambda.Environment, p *wiring.Parts) {
	p.Assertions = assertion.NewService(signing.New(p.Keys, p.Now), member.NewSubjects(p.Members, p.Random), p.Now)
}
