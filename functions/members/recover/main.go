// Command recover is the function that sets a new password in exchange for a recovery code.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Recover, tables.Plug, passwords.Plug) }
