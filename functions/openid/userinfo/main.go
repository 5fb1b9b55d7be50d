// Command userinfo is the function where a client asks who a person is.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.UserInfo, tables.Plug) }
