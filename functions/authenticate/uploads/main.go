// Command uploads is the function that hands out an address for a file larger
// than a request.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.UploadPlaces, tables.Plug, bucket.Plug) }
