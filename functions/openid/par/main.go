// Command par is the function at which a client deposits a request before it
// sends the browser.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/protocol"
	"systole/functions/internal/tables"
	openid "systole/shared/api/openid/protocol"
)

func main() {
	endpoint.Main(protocol.Route((*openid.Protocol).Pushed), tables.Plug, keys.Plug)
}
