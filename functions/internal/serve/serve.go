// Package serve is how a function answers requests.
package serve

import (
	"log/slog"
	"os"

	"systole/shared/api"
	"systole/shared/aws/gateway"
	"systole/shared/config"
)

// Routes answers the events of API Gateway. It doesn't return.
func Routes(c config.Config, routes ...api.Route) {
	gateway.Start(api.New(api.Settings{
		Logger:           slog.New(slog.NewJSONHandler(os.Stdout, nil)),
		AllowOrigins:     c.CORSOrigins,
		MetricsNamespace: c.MetricsNamespace,
	}, routes...))
}
