// Command userinfo is the function at which a client asks for the claims about a
// person.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.UserInfo, tables.Plug) }
