// Command login is the function of log-in.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords/moved"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.LogIn, tables.Plug, moved.Plug) }
