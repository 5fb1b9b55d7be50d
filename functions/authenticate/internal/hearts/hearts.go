// Package hearts is the main of the functions that make models and check
// recordings.
package hearts

import (
	"systole/functions/internal/bucket"
	"systole/functions/internal/endpoint"
	"systole/functions/internal/lambda"
	"systole/functions/internal/tables"
	wired "systole/functions/wiring/hearts"
	"systole/shared/api"
	"systole/shared/aws/client"
	"systole/shared/aws/secrets"
	"systole/shared/biometric"
	"systole/shared/biometric/protect"
	"systole/shared/config"
)

// Main answers requests with the route that build makes. It doesn't return.
func Main(build func(*biometric.Service) api.Route) {
	lambda.Main(func(env *lambda.Environment) error {
		parts := env.Parts(tables.Plug, bucket.Plug)
		env.Need(config.KeysSecret)
		sdk, err := client.Config(env.Getenv)
		env.Fail(err)
		if err := env.Err(); err != nil {
			return err
		}
		keys := secrets.New(sdk, client.Endpoint(env.Getenv, "SECRETS_MANAGER"), env.Config.KeysSecret, protect.ParseKeys, parts.Now)
		endpoint.Serve(env, build(wired.Service(parts, protect.Source(keys.Value))))
		return nil
	})
}
