// Command export is the function that answers with all stored data about a
// member.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Export, tables.Plug, bucket.Plug) }
