// Command heart is the function of the log-in page's second step.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/heart"
	"systole/functions/internal/keys"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.FlowHeart, tables.Plug, bucket.Plug, keys.Plug, heart.Plug) }
