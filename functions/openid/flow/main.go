// Command flow is the function from which the log-in page learns what it has to
// show, and that ends the flow.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Flow, tables.Plug) }
