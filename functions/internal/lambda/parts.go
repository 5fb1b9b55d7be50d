package lambda

import (
	"crypto/rand"
	"time"

	"systole/functions/wiring"
)

// Plug puts an adapter into the parts, and notes the variables that the environment
// lacks for it. Each is in a package of its own, so that a function links the
// adapters that it uses and no other.
type Plug func(*Environment, *wiring.Parts)

// Parts returns the parts with the adapters of the plugs, the system's clock and
// its source of chance.
func (e *Environment) Parts(plugs ...Plug) wiring.Parts {
	p := wiring.Parts{Config: e.Config, Now: time.Now, Random: rand.Reader}
	for _, plug := range plugs {
		plug(e, &p)
	}
	return p
}
