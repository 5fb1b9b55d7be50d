// Command keys is the function that publishes the keys of the service's tokens.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/keyset"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.PublicKeys, keys.Plug, keyset.Plug) }
