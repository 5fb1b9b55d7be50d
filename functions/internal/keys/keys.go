// Package keys plugs in Secrets Manager.
package keys

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/aws/client"
	"systole/shared/aws/secrets"
	"systole/shared/biometric/protect"
	"systole/shared/config"
)

// Plug sets the keys with which templates are sealed.
func Plug(env *lambda.Environment, p *wiring.Parts) {
	env.Need(config.KeysSecret)
	sdk, err := client.Config(env.Getenv)
	env.Fail(err)
	store := secrets.New(sdk, client.Endpoint(env.Getenv, "SECRETS_MANAGER"), p.Config.KeysSecret, protect.ParseKeys, p.Now)
	p.Keys = protect.Source(store.Value)
}
