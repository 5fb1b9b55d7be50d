// Command delete_model is the function that deletes a member's model.
package main

import (
	"crypto/rand"
	"os"
	"time"

	"systole/functions/internal/environment"
	"systole/functions/internal/serve"
	"systole/shared/account"
	"systole/shared/api/authenticate"
	"systole/shared/aws/client"
	"systole/shared/aws/s3"
	"systole/shared/config"
	"systole/shared/member"
)

func main() { environment.Main(run) }

func run() error {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable, config.ActivityTable, config.Bucket)
	if err != nil {
		return err
	}
	tables := environment.Tables(settings, sdk)
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	bucket := s3.New(sdk, client.Endpoint(os.Getenv, "S3"), settings.Bucket)
	accounts := account.NewService(tables, tables, tokens, bucket, time.Now)
	serve.Routes(settings, authenticate.DeleteModel(accounts))
	return nil
}
