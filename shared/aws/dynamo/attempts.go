package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

// attemptsPrefix begins the keys of the rows that count attempts, so that one
// call reads them along with the member. No user name has a '#'.
const attemptsPrefix = "#attempts:"

// MemberWithAttempts: see store.AttemptStore.
func (s *Store) MemberWithAttempts(ctx context.Context, username string, keys []string) (*store.Member, []store.Attempts, error) {
	wanted := []map[string]types.AttributeValue{{"username": text(username)}}
	at := make(map[string]int, len(keys))
	for i, key := range keys {
		at[attemptsPrefix+key] = i
		wanted = append(wanted, map[string]types.AttributeValue{"username": text(attemptsPrefix + key)})
	}
	items, err := s.getAll(ctx, "applicant", wanted)
	if err != nil {
		return nil, nil, err
	}
	var found *store.Member
	of := make([]store.Attempts, len(keys))
	for _, it := range items {
		r := &reader{item: it}
		i, counts := at[r.text("username")]
		if counts {
			of[i], err = named("applicant", it, readAttempts)
		} else {
			var m store.Member
			m, err = named("applicant", it, readMember)
			found = &m
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return found, of, nil
}

func readAttempts(it item) (store.Attempts, error) {
	r := &reader{item: it}
	return store.Attempts{Failures: int(r.whole("failures")), FailedAt: r.moment("failed_at")}, r.err
}

// admitTries bounds the repetitions of AdmitAttempt's two steps. Another caller
// can come between them only once, when a count has just expired.
const admitTries = 2

// AdmitAttempt: see store.AttemptStore. A count that has expired, and that
// DynamoDB's TTL has not deleted yet, starts anew: one of several concurrent
// callers restarts it, and the others add to it.
func (s *Store) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	rule := rules.AdmitAttempt(b, at, expires)
	for range admitTries {
		err := s.addAttempt(ctx, key, b, at, expires)
		if conditionFailed(err) {
			err = s.firstAttempt(ctx, key, at, expires)
		}
		if !conditionFailed(err) {
			return client.Error(rule.Op, err)
		}
	}
	return withOp(rule.Op, store.ErrConflict)
}

// addAttempt adds one to a count that has not expired, or creates the count.
func (s *Store) addAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	values := item{":at": moment(at), ":expires": whole(expires.Unix()), ":one": whole(1), ":now": whole(at.Unix())}
	admitted := admits(b, at, "failures", "failed_at", values)
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(attemptsPrefix + key)},
		UpdateExpression:          aws.String("SET failed_at = :at, expires = :expires ADD failures :one"),
		ConditionExpression:       aws.String("attribute_not_exists(username) OR (expires > :now AND " + admitted + ")"),
		ExpressionAttributeValues: values,
	})
	return err
}

// firstAttempt replaces an expired count by a count of one.
func (s *Store) firstAttempt(ctx context.Context, key string, at, expires time.Time) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Members,
		Item: item{
			"username": text(attemptsPrefix + key), "failures": whole(1), "failed_at": moment(at), "expires": whole(expires.Unix()),
		},
		ConditionExpression:       aws.String("expires <= :now"),
		ExpressionAttributeValues: item{":now": whole(at.Unix())},
	})
	return err
}

// TakeBackAttempt: see store.AttemptStore.
func (s *Store) TakeBackAttempt(ctx context.Context, key string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(attemptsPrefix + key)},
		UpdateExpression:          aws.String("ADD failures :back"),
		ConditionExpression:       aws.String("failures > :none"),
		ExpressionAttributeValues: item{":back": whole(-1), ":none": whole(0)},
	})
	if conditionFailed(err) { // there are no attempts
		return nil
	}
	return client.Error(rules.TakeBackAttempt().Op, err)
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(ctx context.Context, key string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(attemptsPrefix + key)},
	})
	return client.Error("clear attempts", err)
}
