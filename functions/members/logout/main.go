// Command logout is the function of log-out.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.LogOut, tables.Plug) }
