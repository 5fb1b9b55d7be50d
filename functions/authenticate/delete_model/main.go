// Command delete_model is the function that deletes a member's model, or
// additions to it.
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
	endpoint.Main(wiring.Parts.DeleteModel, tables.Plug, bucket.Plug, keys.Plug, heart.Plug)
}
