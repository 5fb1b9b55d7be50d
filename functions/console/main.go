// Command console is the function of the pages: the console, and the API's
// description. It stores nothing and knows no member: no store is plugged in.
package main

import (
	"systole/functions/internal/endpoint"
	"systole/functions/internal/lambda"
	"systole/shared/api/openapi"
	"systole/shared/console"
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
	endpoint.Serve(env, append(openapi.Routes(), pages...)...)
	return nil
}
