package dynamo

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
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

// CountAttempt: see store.AttemptStore. A count that has expired, and that
// DynamoDB's TTL hasn't deleted yet, begins anew.
func (s *Store) CountAttempt(ctx context.Context, key string, at, expires time.Time) error {
	row := item{"username": text(attemptsPrefix + key)}
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: row,
		UpdateExpression:    aws.String("SET failed_at = :at, expires = :expires ADD failures :one"),
		ConditionExpression: aws.String("attribute_not_exists(username) OR expires > :now"),
		ExpressionAttributeValues: item{
			":at": moment(at), ":expires": whole(expires.Unix()), ":one": whole(1), ":now": whole(at.Unix()),
		},
	})
	if !conditionFailed(err) {
		return client.Error("count attempt", err)
	}
	row["failures"], row["failed_at"], row["expires"] = whole(1), moment(at), whole(expires.Unix())
	_, err = s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Members, Item: row})
	return client.Error("count attempt", err)
}

// ClearAttempts: see store.AttemptStore.
func (s *Store) ClearAttempts(ctx context.Context, key string) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(attemptsPrefix + key)},
	})
	return client.Error("clear attempts", err)
}
