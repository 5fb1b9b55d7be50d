// Command end_session is the function that ends one of a member's sessions, or all others.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.EndSession, tables.Plug) }
