// Package secrets reads secrets from AWS Secrets Manager.
package secrets

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"systole/shared/aws/client"
)

// Fresh is the time after which a value is read again: every function learns of a
// rotation within it.
const Fresh = 5 * time.Minute

// Secret is one secret, parsed into a T. It is read on first use, once for all
// callers, and again when it is no longer fresh.
type Secret[T any] struct {
	client *secretsmanager.Client
	name   string
	parse  func([]byte) (T, error)
	now    func() time.Time

	mu    sync.Mutex
	value T
	read  time.Time // zero before the first read
}

// New returns the secret with this name or ARN. It makes no call yet. endpoint is
// nil for AWS's own. The errors of parse must not reveal the secret.
func New[T any](config aws.Config, endpoint *string, name string, parse func([]byte) (T, error), now func() time.Time) *Secret[T] {
	client := secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = endpoint })
	return &Secret[T]{client: client, name: name, parse: parse, now: now}
}

// Value returns the secret. If it can't be read again, the old value stays in
// use: without a value no member could be checked.
func (s *Secret[T]) Value(ctx context.Context) (T, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now().Sub(s.read) < Fresh {
		return s.value, nil
	}
	value, err := s.fetch(ctx)
	if err != nil && s.read.IsZero() {
		return s.value, err
	}
	if err == nil {
		s.value = value
	}
	s.read = s.now()
	return s.value, nil
}

func (s *Secret[T]) fetch(ctx context.Context) (none T, err error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.name})
	if err != nil {
		return none, client.Error("read secret", err)
	}
	if out.SecretString == nil {
		return none, errors.New("read secret: it is no text")
	}
	value, err := s.parse([]byte(*out.SecretString))
	if err != nil {
		return none, fmt.Errorf("read secret: %w", err)
	}
	return value, nil
}
