// Command hand_off is the function that makes a code with which a session goes on
// on another device.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.HandOff, tables.Plug) }
