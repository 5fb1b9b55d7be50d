// Command authorize is the function to which a client sends a person's browser.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/protocol"
	"systole/functions/internal/tables"
	openid "systole/shared/api/openid/protocol"
)

func main() {
	endpoint.Main(protocol.Route((*openid.Protocol).Authorize), tables.Plug, keys.Plug)
}
