// Command render writes the page of the API's description:
//
//	go generate ./shared/api/openapi
package main

import (
	"fmt"
	"os"

	"systole/shared/api/openapi"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "render:", err)
		os.Exit(1)
	}
}

// run is called in the folder of package openapi, as go generate does.
func run() error {
	page, err := render(openapi.Document())
	if err != nil {
		return err
	}
	return os.WriteFile("docs.html", page, 0o644)
}
