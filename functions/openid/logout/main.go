// Command logout is the function to which a client sends the browser of a person
// who logs out.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/protocol"
	"systole/functions/internal/tables"
	openid "systole/shared/api/openid/protocol"
)

func main() {
	endpoint.Main(protocol.Route((*openid.Protocol).EndSession), tables.Plug, keys.Plug)
}
