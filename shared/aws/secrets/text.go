package secrets

import (
	"bytes"
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"systole/shared/aws/client"
)

// Text is a secret in its stored form, for a program that changes it.
type Text struct {
	client *secretsmanager.Client
	name   string
}

// NewText returns the secret with this name or ARN. It makes no call yet.
// endpoint is nil for AWS's own.
func NewText(config aws.Config, endpoint *string, name string) *Text {
	return &Text{secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = endpoint }), name}
}

// Read returns the text.
func (t *Text) Read(ctx context.Context) ([]byte, error) {
	out, err := t.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &t.name})
	if err != nil {
		return nil, client.Error("read secret", err)
	}
	return []byte(aws.ToString(out.SecretString)), nil
}

// Replace replaces the old text. The error says so if the stored text is no
// longer the old one. Of two concurrent writers the last one wins, because
// Secrets Manager has no conditional write; it keeps the previous version.
func (t *Text) Replace(ctx context.Context, old, text []byte) error {
	now, err := t.Read(ctx)
	if err != nil {
		return err
	}
	if !bytes.Equal(now, old) {
		return errors.New("the keys have changed meanwhile: run it again")
	}
	_, err = t.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{SecretId: &t.name, SecretString: aws.String(string(text))})
	return client.Error("write secret", err)
}
