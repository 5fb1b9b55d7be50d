package dynamo

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// batchSize is DynamoDB's limit for one BatchWriteItem.
const batchSize = 25

// batchTries bounds the repetitions of a batch's unprocessed items.
const batchTries = 4

// write is one write of a batch. Writes of a batch don't depend on each other.
type write struct {
	table   string
	request types.WriteRequest
}

// writeAll makes all the writes, 25 in a call.
func (s *Store) writeAll(ctx context.Context, op string, writes []write) error {
	for len(writes) > 0 {
		n := min(len(writes), batchSize)
		pending := map[string][]types.WriteRequest{}
		for _, w := range writes[:n] {
			pending[w.table] = append(pending[w.table], w.request)
		}
		if err := s.writeBatch(ctx, op, pending); err != nil {
			return err
		}
		writes = writes[n:]
	}
	return nil
}

func (s *Store) writeBatch(ctx context.Context, op string, pending map[string][]types.WriteRequest) error {
	for try := range batchTries {
		if err := pause(ctx, try); err != nil {
			return client.Error(op, err)
		}
		out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: pending})
		if err != nil {
			return client.Error(op, err)
		}
		if pending = out.UnprocessedItems; len(pending) == 0 {
			return nil
		}
	}
	return fmt.Errorf("%s: %w: throttled", op, store.ErrUnavailable)
}

// getAll reads the current items of the members table, in one call unless
// DynamoDB leaves some for another.
func (s *Store) getAll(ctx context.Context, op string, keys []map[string]types.AttributeValue) ([]item, error) {
	var found []item
	always := true
	pending := map[string]types.KeysAndAttributes{s.tables.Members: {Keys: keys, ConsistentRead: &always}}
	for try := range batchTries {
		if err := pause(ctx, try); err != nil {
			return nil, client.Error(op, err)
		}
		out, err := s.client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: pending})
		if err != nil {
			return nil, client.Error(op, err)
		}
		for _, it := range out.Responses[s.tables.Members] {
			found = append(found, it)
		}
		if pending = out.UnprocessedKeys; len(pending) == 0 {
			return found, nil
		}
	}
	return nil, fmt.Errorf("%s: %w: throttled", op, store.ErrUnavailable)
}

// pause waits before a repetition: not before the first try, then 25 ms, 50 ms
// and so on.
func pause(ctx context.Context, try int) error {
	if try == 0 {
		return nil
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(25 * time.Millisecond << (try - 1)):
		return nil
	}
}
