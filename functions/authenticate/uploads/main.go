// Command uploads is the function that gives a place for a file larger than a request.
package main

import (
	"crypto/rand"
	"os"
	"time"

	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/api/authenticate"
	"systole/shared/aws/client"
	"systole/shared/aws/s3"
	"systole/shared/biometric/upload"
	"systole/shared/config"
	"systole/shared/member"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.TokensTable, config.Bucket)
	if err != nil {
		return err
	}
	bucket := s3.New(sdk, client.Endpoint(os.Getenv, "S3"), settings.Bucket)
	tokens := member.NewTokens(environment.Tables(settings, sdk), settings.TokenLimits, time.Now, rand.Reader)
	uploads := upload.New(tokens, bucket, rand.Reader)
	serve.Routes(settings, authenticate.Uploads(uploads, int(upload.Lifetime.Seconds())))
	return nil
}
