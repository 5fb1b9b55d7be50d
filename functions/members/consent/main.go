// Command consent is the function of consent: to read, give and withdraw it.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/keys"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.Consent, tables.Plug, bucket.Plug, keys.Plug) }
