// Package endpoint has the main of functions that answer requests.
package endpoint

import (
	"log/slog"
	"os"

	"systole/functions"
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/api"
	"systole/shared/aws/gateway"
)

// Main answers the requests of API Gateway with the route that build makes of the
// parts that the plugs set. It doesn't return.
func Main(build func(wiring.Parts) api.Route, plugs ...lambda.Plug) {
	lambda.Main(func(env *lambda.Environment) error {
		parts := env.Parts(plugs...)
		if err := env.Err(); err != nil {
			return err
		}
		Serve(env, build(parts))
		return nil
	})
}

// Serve answers the requests of API Gateway with routes. It doesn't return.
func Serve(env *lambda.Environment, routes ...api.Route) {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	slog.SetDefault(log) // for libraries that use the default
	gateway.Start(api.New(api.Settings{
		Logger:           log,
		AllowOrigins:     env.Config.CORSOrigins,
		Endpoints:        functions.Endpoints(),
		MetricsNamespace: env.Config.MetricsNamespace,
	}, routes...))
}
