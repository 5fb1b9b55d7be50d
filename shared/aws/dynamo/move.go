package dynamo

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// CountsPage: see store.Mover.
func (s *Store) CountsPage(ctx context.Context, cursor string, limit int) ([]store.Count, string, error) {
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Members, Limit: aws.Int32(int32(limit)), ConsistentRead: aws.Bool(true),
		FilterExpression: aws.String("attribute_exists(failures)"),
	}
	if cursor != "" {
		in.ExclusiveStartKey = item{"username": text(cursor)}
	}
	out, err := s.client.Scan(ctx, in)
	if err != nil {
		return nil, "", client.Error("counts page", err)
	}
	var page []store.Count
	for _, it := range out.Items {
		a, err := named("counts page", it, readAttempts)
		if err != nil {
			return nil, "", err
		}
		r := &reader{item: it}
		key, _ := strings.CutPrefix(r.text("username"), attemptsPrefix)
		page = append(page, store.Count{Key: key, Attempts: a, Expires: r.seconds("expires")})
		if r.err != nil {
			return nil, "", r.err
		}
	}
	next := &reader{item: out.LastEvaluatedKey}
	return page, next.optionalText("username"), next.err
}

// PutCount: see store.Mover.
func (s *Store) PutCount(ctx context.Context, c store.Count) error {
	return s.put(ctx, "put count", s.tables.Members, item{
		"username": text(attemptsPrefix + c.Key), "failures": whole(int64(c.Failures)), "failed_at": moment(c.FailedAt), "expires": whole(c.Expires.Unix()),
	})
}

// PutSession: see store.Mover.
func (s *Store) PutSession(ctx context.Context, session store.Session) error {
	return s.put(ctx, "put session", s.tables.Tokens, sessionItem(session))
}

// PutEntry: see store.Mover.
func (s *Store) PutEntry(ctx context.Context, username string, entry store.Event) error {
	it := eventItem(username, entry)
	if entry.Count > 1 || entry.Within > 0 {
		it["count"], it["first"] = whole(int64(entry.Count)), moment(entry.First)
	}
	if len(entry.Networks) > 0 {
		it["networks"] = &types.AttributeValueMemberSS{Value: entry.Networks}
	}
	return s.put(ctx, "put entry", s.tables.Activity, it)
}

func (s *Store) put(ctx context.Context, op, table string, it item) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &table, Item: it})
	return client.Error(op, err)
}
