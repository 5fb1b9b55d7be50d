package dynamo

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// Note: see store.ActivityLog.
func (s *Store) Note(ctx context.Context, username string, e store.Event) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Activity, Item: eventItem(username, e)})
	return client.Error("note", err)
}

// ActivityOf: see store.ActivityLog.
func (s *Store) ActivityOf(ctx context.Context, username string, limit int) ([]store.Event, error) {
	var events []store.Event
	pages := s.activityOf(username, false)
	for pages.HasMorePages() && len(events) < limit {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, client.Error("activity of", err)
		}
		for _, it := range page.Items {
			e, err := named("activity of", it, readEvent)
			if err != nil {
				return nil, err
			}
			events = append(events, e)
		}
	}
	return events[:min(len(events), limit)], nil
}

// ForgetActivity: see store.ActivityLog.
func (s *Store) ForgetActivity(ctx context.Context, username string) error {
	pages := s.activityOf(username, true)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return client.Error("forget activity", err)
		}
		var writes []write
		for _, it := range page.Items {
			key := item{"username": it["username"], "at": it["at"]}
			writes = append(writes, write{s.tables.Activity, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key}}})
		}
		if err := s.writeAll(ctx, "forget activity", writes); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) activityOf(username string, oldestFirst bool) *dynamodb.QueryPaginator {
	return dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.tables.Activity, ScanIndexForward: &oldestFirst, ConsistentRead: aws.Bool(true),
		KeyConditionExpression:    aws.String("username = :username"),
		ExpressionAttributeValues: item{":username": text(username)},
	})
}

// eventItem sorts a name's events by time. An event that is written twice, by a
// repetition, is one row.
func eventItem(username string, e store.Event) item {
	return item{
		"username": text(username),
		"at":       text(fmt.Sprintf("%019d %s", e.At.UnixNano(), e.Kind)),
		"time":     moment(e.At),
		"kind":     text(string(e.Kind)),
		"expires":  whole(e.Expires.Unix()), // seconds, as DynamoDB's TTL wants it
	}
}

func readEvent(it item) (store.Event, error) {
	r := &reader{item: it}
	return store.Event{
		Kind:    store.EventKind(r.text("kind")),
		At:      r.moment("time"),
		Expires: r.seconds("expires"),
	}, r.err
}
