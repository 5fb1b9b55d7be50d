// Command configuration is the function that describes the OpenID provider to its clients.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Configuration) }
