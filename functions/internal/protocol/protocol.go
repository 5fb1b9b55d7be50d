// Package protocol makes the routes of the OpenID provider's clients.
package protocol

import (
	"systole/functions/wiring"
	"systole/shared/api"
	"systole/shared/api/openid/protocol"
	"systole/shared/signing"
)

// Route returns a function that makes a route of the protocol. It needs Members,
// Sessions, Grants and Keys.
func Route(of func(*protocol.Protocol) api.Route) func(wiring.Parts) api.Route {
	return func(p wiring.Parts) api.Route {
		return of(protocol.New(p.Provider(), signing.New(p.Keys, p.Now), p.Tokens(), p.OpenID()))
	}
}
