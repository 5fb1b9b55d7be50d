package dynamo

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

// byDue is the index of clean-up's work in each table: due_list, due. It holds
// only rows with both attributes.
const byDue = "by_due"

// dueItem returns the attributes that put a row into the index; nil for the zero
// time.
func dueItem(kind store.DueKind, key string, at time.Time) item {
	if at.IsZero() {
		return nil
	}
	return item{"due_list": text(dueList(kind, store.DueShard(key))), "due": moment(at)}
}

func dueList(kind store.DueKind, shard int) string { return fmt.Sprintf("%s/%02d", kind, shard) }

// leftoverPrefix begins the keys of the rows that note leftovers, in the table of
// members. No user name has a '#'.
const leftoverPrefix = "#leftover:"

// eventKey returns the key of an event's row as an entry has it. No user name has
// a zero byte.
func eventKey(username, at string) string { return username + "\x00" + at }

// dueKey converts between the key of a row and that of its entry.
type dueKey struct {
	row   func(entry string) item
	entry func(r *reader) string
}

func dueKeyOf(kind store.DueKind) dueKey {
	switch kind {
	case store.DueSession:
		return dueKey{
			func(entry string) item { return item{"id": text(entry)} },
			func(r *reader) string { return r.text("id") },
		}
	case store.DueActivity:
		return dueKey{
			func(entry string) item {
				username, at, _ := strings.Cut(entry, "\x00")
				return item{"username": text(username), "at": text(at)}
			},
			func(r *reader) string { return eventKey(r.text("username"), r.text("at")) },
		}
	}
	prefix := ""
	if kind == store.DueLeftover {
		prefix = leftoverPrefix
	}
	return dueKey{
		func(entry string) item { return item{"username": text(prefix + entry)} },
		func(r *reader) string { return strings.TrimPrefix(r.text("username"), prefix) },
	}
}

// DueUntil: see store.DueLister. A cursor is an entry's time and key.
func (s *Store) DueUntil(ctx context.Context, kind store.DueKind, shard int, until time.Time, cursor string, limit int) ([]store.Due, string, error) {
	table := s.tables.Members
	switch kind {
	case store.DueSession:
		table = s.tables.Tokens
	case store.DueActivity:
		table = s.tables.Activity
	}
	key, list := dueKeyOf(kind), text(dueList(kind, shard))
	q := &dynamodb.QueryInput{
		TableName: &table, IndexName: aws.String(byDue), Limit: aws.Int32(int32(limit)),
		KeyConditionExpression:    aws.String("due_list = :list AND due <= :until"),
		ExpressionAttributeValues: item{":list": list, ":until": moment(until)},
	}
	if cursor != "" {
		at, entry, _ := strings.Cut(cursor, " ")
		q.ExclusiveStartKey = key.row(entry)
		q.ExclusiveStartKey["due_list"], q.ExclusiveStartKey["due"] = list, &types.AttributeValueMemberN{Value: at}
	}
	out, err := s.client.Query(ctx, q)
	if err != nil {
		return nil, "", client.Error("due until", err)
	}
	var due []store.Due
	for _, it := range out.Items {
		r := &reader{item: it}
		due = append(due, store.Due{Kind: kind, At: r.moment("due"), Key: key.entry(r)})
		if r.err != nil {
			return nil, "", fmt.Errorf("due until: %w", r.err)
		}
	}
	if out.LastEvaluatedKey == nil {
		return due, "", nil
	}
	last := &reader{item: out.LastEvaluatedKey}
	next := strconv.FormatInt(last.whole("due"), 10) + " " + key.entry(last)
	return due, next, last.err
}

// NoteLeftover: see store.LeftoverWriter. The row is nothing but the entry.
func (s *Store) NoteLeftover(ctx context.Context, at time.Time, keys ...string) error {
	key := store.LeftoverKey(keys)
	row := dueItem(store.DueLeftover, key, at)
	row["username"] = text(leftoverPrefix + key)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.tables.Members, Item: row})
	return client.Error("note leftover", err)
}

// SettleLeftover: see store.LeftoverSettler.
func (s *Store) SettleLeftover(ctx context.Context, d store.Due) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(leftoverPrefix + d.Key)},
		ConditionExpression: aws.String("due = :due"), ExpressionAttributeValues: item{":due": moment(d.At)},
	})
	if conditionFailed(err) { // it was removed, or noted again
		return nil
	}
	return client.Error("settle leftover", err)
}

// SetSeen: see store.UseIndexer.
func (s *Store) SetSeen(ctx context.Context, username, version string, seen time.Time) error {
	due := dueItem(store.DueTemplate, username, seen)
	return s.update(ctx, username, current(rules.SetSeen(version, seen), version,
		"SET due = :due, due_list = :list", item{":due": due["due"], ":list": due["due_list"]}))
}

// ExpireActivity: see store.ActivityExpirer.
func (s *Store) ExpireActivity(ctx context.Context, due []store.Due) error {
	key := dueKeyOf(store.DueActivity)
	var writes []write
	for _, d := range due {
		writes = append(writes, write{s.tables.Activity, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key.row(d.Key)}}})
	}
	return s.writeAll(ctx, "expire activity", writes)
}

// ExpireSession: see store.SessionExpirer.
func (s *Store) ExpireSession(ctx context.Context, id store.TokenID, now time.Time, idle time.Duration) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Tokens, Key: sessionKey(id),
		ConditionExpression:       aws.String("attribute_not_exists(id) OR expires <= :now OR used <= :idle_since"),
		ExpressionAttributeValues: item{":now": whole(now.Unix()), ":idle_since": moment(now.Add(-idle))},
	})
	rule := rules.ExpireSession(now, idle)
	if conditionFailed(err) {
		return withOp(rule.Op, store.ErrConflict)
	}
	return client.Error(rule.Op, err)
}

// PostponeSession: see store.SessionExpirer.
func (s *Store) PostponeSession(ctx context.Context, id store.TokenID, due time.Time) error {
	it := dueItem(store.DueSession, hex.EncodeToString(id[:]), due)
	return s.updateSession(ctx, id, rules.PostponeSession(due), "SET due = :due, due_list = :list", open,
		item{":due": it["due"], ":list": it["due_list"]})
}
