package dynamo

import (
	"context"
	"encoding/hex"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

func sessionKey(id store.TokenID) item { return item{"id": text(hex.EncodeToString(id[:]))} }

// CreateSession: see store.SessionStore. The new session and its event are in
// the first batch.
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

// updateSession updates a session's row if the condition holds.
func (s *Store) updateSession(ctx context.Context, id store.TokenID, rule rules.Session, update, condition string, values item) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id),
		UpdateExpression: &update, ConditionExpression: &condition, ExpressionAttributeValues: values,
	})
	if conditionFailed(err) { // no session's rule succeeds where its condition fails
		return withOp(rule.Op, rule.Missing)
	}
	return client.Error(rule.Op, err)
}

// open is the condition of a change that every session allows.
const open = "attribute_exists(id)"

// TouchSession: see store.SessionStore.
func (s *Store) TouchSession(ctx context.Context, id store.TokenID, used time.Time, templateKey string) error {
	return s.updateSession(ctx, id, rules.TouchSession(used, templateKey), "SET used = :used, model_key = :key", open,
		item{":used": moment(used), ":key": text(templateKey)})
}

// VerifySession: see store.SessionStore.
func (s *Store) VerifySession(ctx context.Context, id store.TokenID, at time.Time) error {
	return s.updateSession(ctx, id, rules.VerifySession(at), "SET verified = :at", open, item{":at": moment(at)})
}

// KeepSession: see store.SessionStore.
func (s *Store) KeepSession(ctx context.Context, id store.TokenID, validFrom time.Time) error {
	return s.updateSession(ctx, id, rules.KeepSession(validFrom), "SET valid_from = :from", open,
		item{":from": moment(validFrom)})
}

// SetChallenge: see store.SessionStore.
func (s *Store) SetChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(ctx, id, rules.SetChallenge(c), "SET challenge = :hash, challenge_expires = :expires", open,
		item{":hash": text(hex.EncodeToString(c.Hash[:])), ":expires": moment(c.Expires)})
}

// TakeChallenge: see store.SessionStore.
func (s *Store) TakeChallenge(ctx context.Context, id store.TokenID, c store.Challenge) error {
	return s.updateSession(ctx, id, rules.TakeChallenge(c), "REMOVE challenge, challenge_expires", "challenge = :hash",
		item{":hash": text(hex.EncodeToString(c.Hash[:]))})
}

// EndSession: see store.SessionStore.
func (s *Store) EndSession(ctx context.Context, id store.TokenID, pk int64) error {
	rule := rules.EndSession(pk)
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id),
		ConditionExpression: aws.String(samePK), ExpressionAttributeValues: item{":pk": whole(pk)},
	})
	if conditionFailed(err) {
		return withOp(rule.Op, rule.Missing)
	}
	return client.Error(rule.Op, err)
}

// DeleteSession: see store.SessionDeleter.
func (s *Store) DeleteSession(ctx context.Context, id store.TokenID) (store.Session, error) {
	rule := rules.DeleteSession()
	out, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id), ReturnValues: types.ReturnValueAllOld,
		// Of concurrent callers one gets the session, by this condition and not by
		// the returned item: AWS's own DynamoDB Local returns the item to all of
		// them.
		ConditionExpression: aws.String(open),
	})
	if conditionFailed(err) {
		return store.Session{}, withOp(rule.Op, rule.Missing)
	}
	if err != nil {
		return store.Session{}, client.Error(rule.Op, err)
	}
	return named(rule.Op, out.Attributes, readSession)
}

// SessionsPage: see store.SessionLister.
func (s *Store) SessionsPage(ctx context.Context, cursor string, limit int) ([]store.Session, string, error) {
	in := &dynamodb.ScanInput{TableName: &s.tables.Tokens, Limit: aws.Int32(int32(limit)), ConsistentRead: aws.Bool(true)}
	if cursor != "" {
		in.ExclusiveStartKey = item{"id": text(cursor)}
	}
	out, err := s.client.Scan(ctx, in)
	if err != nil {
		return nil, "", client.Error("sessions page", err)
	}
	page := make([]store.Session, len(out.Items))
	for i, it := range out.Items {
		if page[i], err = named("sessions page", it, readSession); err != nil {
			return nil, "", err
		}
	}
	next := &reader{item: out.LastEvaluatedKey}
	return page, next.optionalText("id"), next.err
}
