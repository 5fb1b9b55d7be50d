// Command check_user is the function that checks a recording against a member's model.
package main

import (
	"systole/functions/internal/assertions"
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/heart"
	"systole/functions/internal/keys"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() {
	endpoint.Main(wiring.Parts.CheckUser, tables.Plug, bucket.Plug, keys.Plug, heart.Plug, assertions.Plug)
}
