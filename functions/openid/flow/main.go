// Command flow is the function that the log-in page asks what is wanted, and tells that it is done.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Flow, tables.Plug) }
