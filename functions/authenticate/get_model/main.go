// Command get_model is the function that reports whether a member has a model, at
// the path that the app uses.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.GetModel, tables.Plug) }
