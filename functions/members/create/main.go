// Command create is the function of sign-up.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Create, tables.Plug, passwords.Plug) }
