package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"systole/infra/keyfile"
	"systole/infra/operator"
	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/shared/aws/s3"
	"systole/shared/aws/secrets"
	"systole/shared/biometric/protect"
	"systole/shared/config"
	"systole/shared/embedded"
)

func open(o options) (operator.Deployment, func() error, error) {
	if o.aws {
		d, err := inAWS()
		return d, func() error { return nil }, err
	}
	return inFolder(o.data)
}

// inFolder opens the folder of a local service that isn't running.
func inFolder(folder string) (none operator.Deployment, closeStores func() error, err error) {
	settings, err := config.Read(os.LookupEnv)
	if err != nil {
		return none, nil, err
	}
	if _, err := os.Stat(filepath.Join(folder, keyfile.Name)); err != nil {
		return none, nil, fmt.Errorf("%s is not the data folder of a local service: %w: name it with -data", folder, err)
	}
	kept, objects, err := embedded.Open(folder)
	if err != nil {
		return none, nil, err
	}
	keys, err := keyfile.Open(folder)
	if err != nil {
		return none, nil, errors.Join(err, kept.Close())
	}
	return operator.Local(settings, kept, objects, keys), kept.Close, nil
}

// inAWS makes no call yet.
func inAWS() (none operator.Deployment, err error) {
	settings, err := config.Read(os.LookupEnv, config.MembersTable, config.TokensTable,
		config.ActivityTable, config.GrantsTable, config.Bucket, config.KeysSecret)
	if err != nil {
		return none, err
	}
	sdk, err := client.Config(os.Getenv)
	if err != nil {
		return none, err
	}
	tables := dynamo.New(sdk, client.Endpoint(os.Getenv, "DYNAMODB"),
		dynamo.Tables{Members: settings.MembersTable, Tokens: settings.TokensTable, Activity: settings.ActivityTable, Grants: settings.GrantsTable})
	bucket := s3.New(sdk, client.Endpoint(os.Getenv, "S3"), settings.Bucket)
	keys := &secretKeys{text: secrets.NewText(sdk, client.Endpoint(os.Getenv, "SECRETS_MANAGER"), settings.KeysSecret)}
	return operator.New(settings, tables, tables, tables, bucket, keys), nil
}

// secretKeys are the keys in Secrets Manager. They are read on first use, and
// again when they are no longer fresh.
type secretKeys struct {
	text *secrets.Text

	mu   sync.Mutex
	ring protect.Ring
	read time.Time
}

func (k *secretKeys) Ring(ctx context.Context) (protect.Ring, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if time.Since(k.read) < secrets.Fresh {
		return k.ring, nil
	}
	text, err := k.text.Read(ctx)
	if err != nil {
		return protect.Ring{}, err
	}
	k.ring, err = protect.ParseKeys(text)
	if err == nil {
		k.read = time.Now()
	}
	return k.ring, err
}

func (k *secretKeys) Text(ctx context.Context) ([]byte, error) { return k.text.Read(ctx) }

func (k *secretKeys) Replace(ctx context.Context, old, text []byte) error {
	k.mu.Lock()
	k.read = time.Time{}
	k.mu.Unlock()
	return k.text.Replace(ctx, old, text)
}
