package dynamo

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
)

func sessionKey(id store.TokenID) item { return item{"id": text(hex.EncodeToString(id[:]))} }

// CreateSession: see store.Sessions. It is one call for up to 23 evictions.
func (s *Store) CreateSession(ctx context.Context, session store.Session, e store.Event, evict []store.TokenID) error {
	writes := []write{
		{s.tables.Tokens, types.WriteRequest{PutRequest: &types.PutRequest{Item: sessionItem(session)}}},
		{s.tables.Activity, types.WriteRequest{PutRequest: &types.PutRequest{Item: eventItem(session.Username, e)}}},
	}
	return s.writeAll(ctx, "create session", append(writes, deletionsIn(s.tables.Tokens, evict)...))
}

// DeleteSessions: see store.Sessions.
func (s *Store) DeleteSessions(ctx context.Context, ids []store.TokenID) error {
	return s.writeAll(ctx, "delete sessions", deletionsIn(s.tables.Tokens, ids))
}

func deletionsIn(table string, ids []store.TokenID) []write {
	var writes []write
	for _, id := range ids {
		writes = append(writes, write{table, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: sessionKey(id)}}})
	}
	return writes
}

// Session: see store.Sessions.
func (s *Store) Session(ctx context.Context, id store.TokenID) (store.Session, error) {
	found, err := s.get(ctx, "session", s.tables.Tokens, sessionKey(id))
	if err != nil {
		return store.Session{}, err
	}
	return named("session", found, readSession)
}

// SessionsOf: see store.Sessions.
func (s *Store) SessionsOf(ctx context.Context, username string) ([]store.Session, error) {
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.tables.Tokens, IndexName: aws.String(byUsername),
		KeyConditionExpression:    aws.String("username = :username"),
		ExpressionAttributeValues: item{":username": text(username)},
	})
	var of []store.Session
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, client.Error("sessions of", err)
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

// changeSession updates a session while condition holds for it, else the error
// is otherwise.
func (s *Store) changeSession(ctx context.Context, op string, id store.TokenID, update, condition string, values item, otherwise error) error {
	in := &dynamodb.UpdateItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id),
		UpdateExpression: &update, ConditionExpression: &condition, ExpressionAttributeValues: values,
	}
	_, err := s.client.UpdateItem(ctx, in)
	if conditionFailed(err) {
		return fmt.Errorf("%s: %w", op, otherwise)
	}
	return client.Error(op, err)
}

// TouchSession: see store.Sessions.
func (s *Store) TouchSession(ctx context.Context, id store.TokenID, used time.Time, modelKey string) error {
	return s.changeSession(ctx, "touch session", id, "SET used = :used, model_key = :model_key", "attribute_exists(id)",
		item{":used": moment(used), ":model_key": text(modelKey)}, store.ErrNotFound)
}

// KeepSession: see store.Sessions.
func (s *Store) KeepSession(ctx context.Context, id store.TokenID, validFrom time.Time) error {
	return s.changeSession(ctx, "keep session", id, "SET valid_from = :from", "attribute_exists(id)",
		item{":from": moment(validFrom)}, store.ErrNotFound)
}

// SetChallenge: see store.Sessions.
func (s *Store) SetChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return s.changeSession(ctx, "set challenge", id, "SET challenge = :hash, challenge_expires = :expires", "attribute_exists(id)",
		item{":hash": text(hex.EncodeToString(c.Hash[:])), ":expires": moment(c.Expires)}, store.ErrNotFound)
}

// TakeChallenge: see store.Sessions. When the reply to it is lost and the SDK
// repeats it, the repetition fails: the challenge is gone, and the caller asks
// for another.
func (s *Store) TakeChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return s.changeSession(ctx, "take challenge", id, "REMOVE challenge, challenge_expires", "challenge = :hash",
		item{":hash": text(hex.EncodeToString(c.Hash[:]))}, store.ErrConflict)
}

// DeleteSession: see store.Sessions.
func (s *Store) DeleteSession(ctx context.Context, id store.TokenID) (store.Session, error) {
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id), ReturnValues: types.ReturnValueAllOld,
	})
	if err != nil {
		return store.Session{}, client.Error("delete session", err)
	}
	if out.Attributes == nil {
		return store.Session{}, fmt.Errorf("delete session: %w", store.ErrNotFound)
	}
	return named("delete session", out.Attributes, readSession)
}

// ExpiredSessions: see store.Sessions. limit bounds what is looked at, so
// that a page costs the same however few have expired.
func (s *Store) ExpiredSessions(ctx context.Context, now time.Time, idle time.Duration, cursor string, limit int) ([]store.TokenID, string, error) {
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
		return nil, "", client.Error("expired sessions", err)
	}
	ids := make([]store.TokenID, len(out.Items))
	for i, it := range out.Items {
		r := &reader{item: it}
		if ids[i], err = tokenID(r.text("id")); err != nil {
			return nil, "", fmt.Errorf("expired sessions: %w", err)
		}
	}
	next := &reader{item: out.LastEvaluatedKey}
	return ids, next.optionalText("id"), next.err
}
