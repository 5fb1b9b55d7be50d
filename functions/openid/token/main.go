// Command token is the function at which a client exchanges a code for tokens.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/protocol"
	"systole/functions/internal/tables"
	openid "systole/shared/api/openid/protocol"
)

func main() {
	endpoint.Main(protocol.Route((*openid.Protocol).Token), tables.Plug, keys.Plug)
}
