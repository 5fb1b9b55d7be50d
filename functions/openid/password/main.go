// Command password is the function of the log-in page's first step.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords/moved"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.FlowPassword, tables.Plug, moved.Plug) }
