// Command recovery_codes is the function that makes a member's recovery codes.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords/moved"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.RecoveryCodes, tables.Plug, moved.Plug) }
