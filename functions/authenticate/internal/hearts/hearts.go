// Package hearts sets up the service that makes models and checks recordings.
package hearts

import (
	"crypto/rand"
	"os"
	"time"

	"systole/functions/internal/environment"
	"systole/shared/aws/client"
	"systole/shared/aws/s3"
	"systole/shared/aws/secrets"
	"systole/shared/biometric"
	"systole/shared/biometric/configured"
	"systole/shared/biometric/protect"
	"systole/shared/config"
	"systole/shared/member"
)

// Service returns the service that the environment describes.
func Service() (*biometric.Service, config.Config, error) {
	settings, sdk, err := environment.Read(config.MembersTable, config.TokensTable, config.ActivityTable, config.Bucket, config.KeysSecret)
	if err != nil {
		return nil, settings, err
	}
	tables := environment.Tables(settings, sdk)
	bucket := s3.New(sdk, client.Endpoint(os.Getenv, "S3"), settings.Bucket)
	keys := secrets.New(sdk, client.Endpoint(os.Getenv, "SECRETS_MANAGER"), settings.KeysSecret, protect.ParseKeys, time.Now)
	tokens := member.NewTokens(tables, settings.TokenLimits, time.Now, rand.Reader)
	return biometric.NewService(tokens, tables, bucket, protect.Source(keys.Value), configured.Settings(settings), time.Now, rand.Reader), settings, nil
}
