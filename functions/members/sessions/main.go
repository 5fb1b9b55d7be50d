// Command sessions is the function that lists a member's sessions, and ends them all.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.SessionList, tables.Plug) }
