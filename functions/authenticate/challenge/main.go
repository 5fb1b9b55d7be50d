// Command challenge is the function that hands out a nonce for the next check.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Challenge, tables.Plug) }
