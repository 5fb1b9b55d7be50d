package dynamo

import (
	"context"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// Note: see store.ActivityLog.
func (s *Store) Note(ctx context.Context, username string, e store.Event) error {
	if e.Within > 0 {
		return s.noteWithin(ctx, username, e)
	}
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Activity, Item: eventItem(username, e)})
	return client.Error("note", err)
}

// noteWithin counts the event in the entry of its period, or creates the entry.
func (s *Store) noteWithin(ctx context.Context, username string, e store.Event) error {
	add := "ADD #count :one"
	// No event of the period expires later.
	due := dueItem(store.DueActivity, eventKey(username, e.Place()), e.Expires.Add(e.Within))
	values := item{
		":at": moment(e.At), ":kind": text(string(e.Kind)), ":expires": whole(e.Expires.Unix()),
		":one": whole(1), ":due": due["due"], ":list": due["due_list"],
	}
	names := map[string]string{"#time": "time", "#count": "count", "#first": "first"}
	if len(e.Networks) > 0 {
		add += ", networks :networks"
		values[":networks"] = &types.AttributeValueMemberSS{Value: e.Networks}
	}
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Activity, Key: item{"username": text(username), "at": text(e.Place())},
		UpdateExpression: aws.String("SET #time = :at, kind = :kind, expires = :expires, " +
			"#first = if_not_exists(#first, :at), due = if_not_exists(due, :due), due_list = :list " + add),
		ExpressionAttributeNames: names, ExpressionAttributeValues: values,
	})
	return client.Error("note", err)
}

// ActivityOf: see store.ActivityLog. A cursor is a row's place.
func (s *Store) ActivityOf(ctx context.Context, username, cursor string, limit int) (events []store.Event, next string, err error) {
	q := &dynamodb.QueryInput{
		TableName: &s.tables.Activity, ScanIndexForward: aws.Bool(false), ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(ofUsername), ExpressionAttributeValues: item{":username": text(username)}, Limit: aws.Int32(int32(limit)),
	}
	if cursor != "" {
		q.ExclusiveStartKey = item{"username": text(username), "at": text(cursor)}
	}
	page, err := s.client.Query(ctx, q)
	if err != nil {
		return nil, "", client.Error("activity of", err)
	}
	for _, it := range page.Items {
		e, err := named("activity of", it, readEvent)
		if err != nil {
			return nil, "", err
		}
		events = append(events, e)
	}
	if page.LastEvaluatedKey == nil {
		return events, "", nil
	}
	r := &reader{item: page.LastEvaluatedKey}
	return events, r.text("at"), r.err
}

// ForgetActivity: see store.ActivityLog.
func (s *Store) ForgetActivity(ctx context.Context, username string) error {
	pages := dynamodb.NewQueryPaginator(s.client, &dynamodb.QueryInput{
		TableName: &s.tables.Activity, ConsistentRead: aws.Bool(true),
		KeyConditionExpression: aws.String(ofUsername), ExpressionAttributeValues: item{":username": text(username)},
	})
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

// ofUsername is the condition on the rows of a name.
const ofUsername = "username = :username"

// eventItem returns the row of an event alone. An event that is written twice, by
// a repetition, is one row.
func eventItem(username string, e store.Event) item {
	it := item{
		"username": text(username),
		"at":       text(e.Place()),
		"time":     moment(e.At),
		"kind":     text(string(e.Kind)),
		"expires":  whole(e.Expires.Unix()), // seconds, for DynamoDB's TTL
	}
	maps.Copy(it, dueItem(store.DueActivity, eventKey(username, e.Place()), e.Expires))
	return it
}

func readEvent(it item) (store.Event, error) {
	r := &reader{item: it}
	e := store.Event{
		Kind:    store.EventKind(r.text("kind")),
		At:      r.moment("time"),
		Expires: r.seconds("expires"),
	}.Single()
	if r.has("count") {
		e.Count, e.First = int(r.whole("count")), r.moment("first")
	}
	if marks, ok := it["networks"].(*types.AttributeValueMemberSS); ok {
		e.Networks = slices.Sorted(slices.Values(marks.Value))
	}
	return e, r.err
}
