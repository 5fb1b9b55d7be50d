package dynamo

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

// clientsKey is the key of the registry's row in the table of grants: a grant's
// key has 64 hexadecimal digits. The row never expires.
var clientsKey = item{"id": text("clients")}

// Registrations: see store.Registry.
func (s *Store) Registrations(ctx context.Context) ([]byte, error) {
	found, err := s.get(ctx, "registrations", s.tables.Grants, clientsKey)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return named("registrations", found, func(it item) ([]byte, error) {
		r := &reader{item: it}
		return r.optionalBinary("content"), r.err
	})
}

// ReplaceRegistrations: see store.Registry.
func (s *Store) ReplaceRegistrations(ctx context.Context, old, content []byte) error {
	rule := rules.ReplaceRegistrations(old, content)
	in := &dynamodb.PutItemInput{
		TableName: &s.tables.Grants, Item: item{"id": clientsKey["id"], "content": binary(content)},
		ConditionExpression: aws.String("attribute_not_exists(id)"),
	}
	if old != nil {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String("content = :old"), item{":old": binary(old)}
	}
	_, err := s.client.PutItem(ctx, in)
	if !conditionFailed(err) {
		return client.Error(rule.Op, err)
	}
	row, err := s.Registrations(ctx)
	if err != nil {
		return fmt.Errorf("%s: read back: %w", rule.Op, err)
	}
	if row == nil {
		return withOp(rule.Op, rule.Outcome(nil))
	}
	return withOp(rule.Op, rule.Outcome(&row))
}
