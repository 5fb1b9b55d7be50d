// Command has_model is the function that reports whether a member has a model.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.HasModel, tables.Plug) }
