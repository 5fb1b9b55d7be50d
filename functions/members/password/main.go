// Command password is the function that changes a password.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords/moved"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Password, tables.Plug, moved.Plug) }
