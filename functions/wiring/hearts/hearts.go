// Package hearts adds the signal processing to the wiring.
package hearts

import (
	"systole/functions/wiring"
	"systole/shared/biometric"
	"systole/shared/biometric/configured"
)

// Service needs Members, Sessions and Objects of the parts.
func Service(p wiring.Parts, keys biometric.Keys) *biometric.Service {
	return biometric.NewService(p.Tokens(), p.Members, p.Objects, keys, configured.Settings(p.Config), p.Now, p.Random)
}
