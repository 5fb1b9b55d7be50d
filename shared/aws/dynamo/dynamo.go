// Package dynamo keeps members, sessions and activity in DynamoDB tables. Every
// write is one conditional write on one item, or a batch of independent ones.
//
// A condition may fail because of the caller's own write: the SDK repeats a write
// whose reply was lost. Then the row is read back, and its rule (package rules)
// decides whether the write succeeded.
package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// Indexes of the tables; template.yaml and, for tests,
// tests/support/servers define them alike.
const (
	byUsername = "by_username" // tokens: username, issued
	byPK       = "by_pk"       // members: pk
)

// Tables names the tables of a deployment.
type Tables struct {
	Members  string
	Tokens   string
	Activity string
	Grants   string
}

// Store keeps members, sessions and activity.
type Store struct {
	client *dynamodb.Client
	tables Tables
}

// New returns the store of these tables. It makes no call yet. endpoint is nil
// for AWS's own.
func New(config aws.Config, endpoint *string, tables Tables) *Store {
	client := dynamodb.NewFromConfig(config, func(o *dynamodb.Options) { o.BaseEndpoint = endpoint })
	return &Store{client, tables}
}

// get returns the current item, or store.ErrNotFound.
func (s *Store) get(ctx context.Context, op, table string, key item) (item, error) {
	out, err := s.client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &table, Key: key, ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, client.Error(op, err)
	}
	if out.Item == nil {
		return nil, fmt.Errorf("%s: %w", op, store.ErrNotFound)
	}
	return out.Item, nil
}

// conditionFailed reports whether a write was refused by its condition.
func conditionFailed(err error) bool {
	var failed *types.ConditionalCheckFailedException
	return errors.As(err, &failed)
}

// tooLarge reports whether a write was refused because the item would exceed
// DynamoDB's size limit.
func tooLarge(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationException" &&
		strings.Contains(refusal.ErrorMessage(), "Item size")
}
