// Package bucket plugs in S3.
package bucket

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/aws/client"
	"systole/shared/aws/s3"
	"systole/shared/config"
)

// Plug sets the objects, and the signing of uploads.
func Plug(env *lambda.Environment, p *wiring.Parts) {
	env.Need(config.Bucket)
	sdk, err := client.Config(env.Getenv)
	env.Fail(err)
	store := s3.New(sdk, client.Endpoint(env.Getenv, "S3"), p.Config.Bucket)
	p.Objects, p.Uploads = store, store
}
