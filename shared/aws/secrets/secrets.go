// Package secrets reads the service's keys from AWS Secrets Manager.
package secrets

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"systole/shared/aws/client"
	"systole/shared/biometric/protect"
)

// Fresh is how long keys are taken for what they are: a rotation is known to
// every function within that time.
const Fresh = 5 * time.Minute

// Keys are a secret's. They are read when first needed, once for all requests
// that need them, and again when they are no longer fresh.
type Keys struct {
	client *secretsmanager.Client
	secret string
	now    func() time.Time

	mu   sync.Mutex
	ring protect.Ring
	read time.Time // zero before the first time
}

// New returns the keys of the secret with this name or ARN. It calls nothing
// yet. endpoint is nil for AWS's own.
func New(config aws.Config, endpoint *string, secret string, now func() time.Time) *Keys {
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = endpoint })
	return &Keys{client: client, secret: secret, now: now}
}

// Ring: see biometric.Keys. Keys that can't be read again stay in use: without
// them nobody could be checked.
func (k *Keys) Ring(ctx context.Context) (protect.Ring, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.read.IsZero() && k.now().Sub(k.read) < Fresh {
		return k.ring, nil
	}
	ring, err := k.fetch(ctx)
	if err != nil && k.read.IsZero() {
		return protect.Ring{}, err
	}
	if err == nil {
		k.ring = ring
	}
	k.read = k.now()
	return k.ring, nil
}

func (k *Keys) fetch(ctx context.Context) (protect.Ring, error) {
	out, err := k.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &k.secret})
	if err != nil {
		return protect.Ring{}, client.Error("read keys", err)
	}
	if out.SecretString == nil {
		return protect.Ring{}, errors.New("read keys: the secret is no text")
	}
	return protect.ParseKeys([]byte(*out.SecretString))
}
