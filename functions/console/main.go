// Command console is the function of the pages: the console, and the API's
// description. It keeps nothing and knows nobody.
package main

import (
	"fmt"
	"os"

	"systole/functions/internal/serve"
	"systole/shared/api/openapi"
	"systole/shared/config"
	"systole/shared/console"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	settings, err := config.Read(os.LookupEnv)
	if err != nil {
		return err
	}
	seen, err := console.Routes(console.Settings{DefaultRateHz: settings.SamplingRateHz, Parallel: settings.ReadParallel})
	if err != nil {
		return err
	}
	serve.Routes(settings, append(openapi.Routes(), seen...)...)
	return nil
}
