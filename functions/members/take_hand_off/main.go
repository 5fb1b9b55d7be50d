// Command take_hand_off is the function that opens a session for the code of
// another device.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.TakeHandOff, tables.Plug) }
