// Command delete is the function that deletes an account.
package main

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/passwords/moved"
	"systole/functions/internal/tables"
	"systole/functions/wiring"
)

func main() { endpoint.Main(wiring.Parts.DeleteAccount, tables.Plug, bucket.Plug, moved.Plug) }
