// Command get_model is the function that reports whether a member has a model,
// at the address that the app asks.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.GetModel, tables.Plug) }
