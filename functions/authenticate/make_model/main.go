// Command make_model is the function that makes a member's model.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/heart"
	"systole/functions/internal/keys"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() {
	endpoint.Main(wiring.Parts.MakeModel, tables.Plug, bucket.Plug, keys.Plug, heart.Plug)
}
