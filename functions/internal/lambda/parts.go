package lambda

import (
	"crypto/rand"
	"time"

	"systole/functions/wiring"
)

// Plug sets an adapter in the parts, and adds a problem for each variable that
// the environment lacks for it. Each plug is in a package of its own, so that a
// function links only the adapters that it uses.
type Plug func(*Environment, *wiring.Parts)

// Parts returns the parts with the adapters of the plugs, the system's clock and
// its source of randomness.
func (e *Environment) Parts(plugs ...Plug) wiring.Parts {
	p := wiring.Parts{Config: e.Config, Now: time.Now, Random: rand.Reader}
	for _, plug := range plugs {
		plug(e, &p)
	}
	return p
}
