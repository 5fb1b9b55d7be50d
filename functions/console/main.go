// Command console is the function of the pages: the console, the API's
// description and the clients' files. It stores nothing and needs no store.
package main

import (
	"slices"

	"systole/functions/internal/endpoint"
	"systole/functions/internal/lambda"
	"systole/shared/api/openapi"
	"systole/shared/console"
	"systole/shared/sdk"
)

func main() { lambda.Main(run) }

func run(env *lambda.Environment) error {
	if err := env.Err(); err != nil {
		return err
	}
	pages, err := console.Routes(console.Settings{
		DefaultRateHz: env.Config.SamplingRateHz, Parallel: env.Config.ReadParallel, UploadsOrigin: env.Config.UploadsOrigin,
	})
	if err != nil {
		return err
	}
	endpoint.Serve(env, slices.Concat(openapi.Routes(), sdk.Routes(), pages)...)
	return nil
}
