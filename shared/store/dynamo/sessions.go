package dynamo

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/awsclient"
)

// batchSize is DynamoDB's limit of one BatchWriteItem.
const batchSize = 25

// batchTries bounds how often what a batch left undone is sent again.
const batchTries = 4

func sessionKey(id member.TokenID) item { return item{"id": text(hex.EncodeToString(id[:]))} }

// CreateSession: see member.Sessions. It is one call for up to 24 evictions.
func (s *Store) CreateSession(ctx context.Context, session member.Session, evict []member.TokenID) error {
	writes := []types.WriteRequest{{PutRequest: &types.PutRequest{Item: sessionItem(session)}}}
	for _, id := range evict {
		writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: sessionKey(id)}})
	}
	for len(writes) > 0 {
		n := min(len(writes), batchSize)
		if err := s.writeBatch(ctx, writes[:n]); err != nil {
			return err
		}
		writes = writes[n:]
	}
	return nil
}

// writeBatch writes all of a batch, whose items don't depend on each other.
func (s *Store) writeBatch(ctx context.Context, writes []types.WriteRequest) error {
	pending := map[string][]types.WriteRequest{s.tables.Tokens: writes}
	for try := range batchTries {
		if err := pause(ctx, try); err != nil {
			return awsclient.Error("create session", err)
		}
		out, err := s.client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: pending})
		if err != nil {
			return awsclient.Error("create session", err)
		}
		if pending = out.UnprocessedItems; len(pending) == 0 {
			return nil
		}
	}
	return fmt.Errorf("create session: %w: throttled", store.ErrUnavailable)
}

// pause waits before a repetition: not before the first try, then 25 ms, 50 ms…
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

// Session: see member.Sessions.
func (s *Store) Session(ctx context.Context, id member.TokenID) (member.Session, error) {
	found, err := s.get(ctx, "session", s.tables.Tokens, sessionKey(id))
	if err != nil {
		return member.Session{}, err
	}
	return named("session", found, readSession)
}

// SessionsOf: see member.Sessions.
func (s *Store) SessionsOf(ctx context.Context, username string) ([]member.Session, error) {
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.tables.Tokens, IndexName: aws.String(byUsername),
		KeyConditionExpression:    aws.String("username = :username"),
		ExpressionAttributeValues: item{":username": text(username)},
	})
	var of []member.Session
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, awsclient.Error("sessions of", err)
		}
		for _, it := range page.Items {
			session, err := named("sessions of", it, readSession)
			if err != nil {
				return nil, err
			}
			of = append(of, session)
		}
	}
	return of, nil
}

// TouchSession: see member.Sessions.
func (s *Store) TouchSession(ctx context.Context, id member.TokenID, used time.Time, modelKey string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id),
		UpdateExpression:          aws.String("SET used = :used, model_key = :model_key"),
		ConditionExpression:       aws.String("attribute_exists(id)"),
		ExpressionAttributeValues: item{":used": moment(used), ":model_key": text(modelKey)},
	})
	if conditionFailed(err) {
		return fmt.Errorf("touch session: %w", store.ErrNotFound)
	}
	return awsclient.Error("touch session", err)
}

// DeleteSession: see member.Sessions.
func (s *Store) DeleteSession(ctx context.Context, id member.TokenID) (member.Session, error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return member.Session{}, awsclient.Error("delete session", err)
	}
	if out.Attributes == nil {
		return member.Session{}, fmt.Errorf("delete session: %w", store.ErrNotFound)
	}
	return named("delete session", out.Attributes, readSession)
}

// ExpiredSessions: see cleanup.Sessions. limit bounds what is looked at, so
// that a page costs the same however few have expired.
func (s *Store) ExpiredSessions(ctx context.Context, now time.Time, idle time.Duration, cursor string, limit int) ([]member.TokenID, string, error) {
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Tokens, Limit: aws.Int32(int32(limit)), ConsistentRead: aws.Bool(true),
		FilterExpression:          aws.String("expires <= :now OR used <= :idle_since"),
		ExpressionAttributeValues: item{":now": whole(now.Unix()), ":idle_since": moment(now.Add(-idle))},
		ProjectionExpression:      aws.String("id"),
	}
	if cursor != "" {
		in.ExclusiveStartKey = item{"id": text(cursor)}
	}
	out, err := s.client.Scan(ctx, in)
	if err != nil {
		return nil, "", awsclient.Error("expired sessions", err)
	}
	ids := make([]member.TokenID, len(out.Items))
	for i, it := range out.Items {
		r := &reader{item: it}
		if ids[i], err = tokenID(r.text("id")); err != nil {
			return nil, "", fmt.Errorf("expired sessions: %w", err)
		}
	}
	next := &reader{item: out.LastEvaluatedKey}
	return ids, next.optionalText("id"), next.err
}
