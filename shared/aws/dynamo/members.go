package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"systole/shared/aws/client"
	"systole/shared/store"
)

// CreateMember: see store.Members.
func (s *Store) CreateMember(ctx context.Context, m store.Member) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Members, Item: memberItem(m),
		ConditionExpression: aws.String("attribute_not_exists(username)"),
	})
	if !conditionFailed(err) {
		return client.Error("create member", err)
	}
	old, err := s.Member(ctx, m.Username)
	if err != nil {
		return fmt.Errorf("create member: read back: %w", err)
	}
	if old.PasswordHash != m.PasswordHash { // its salt is random: equal only if ours
		return fmt.Errorf("create member: %w", store.ErrExists)
	}
	return nil
}

// Member: see store.Members.
func (s *Store) Member(ctx context.Context, username string) (store.Member, error) {
	found, err := s.get(ctx, "member", s.tables.Members, item{"username": text(username)})
	if err != nil {
		return store.Member{}, err
	}
	return named("member", found, readMember)
}

// named reads an item; an error says which operation met it.
func named[T any](op string, it item, read func(item) (T, error)) (T, error) {
	value, err := read(it)
	if err != nil {
		err = fmt.Errorf("%s: %w", op, err)
	}
	return value, err
}

// change is a conditional update of one member.
type change struct {
	op        string
	username  string
	update    string // UpdateExpression
	condition string // ConditionExpression
	values    item
	// done reports whether a member is as the change leaves it.
	done func(store.Member) bool
}

// apply makes the change, or returns store.ErrConflict when its condition
// doesn't hold and the member isn't as if it had been made.
func (s *Store) apply(ctx context.Context, c change) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(c.username)},
		UpdateExpression: &c.update, ConditionExpression: &c.condition, ExpressionAttributeValues: c.values,
	})
	if !conditionFailed(err) {
		return client.Error(c.op, err)
	}
	m, err := s.Member(ctx, c.username)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("%s: read back: %w", c.op, err)
	}
	if err != nil || !c.done(m) {
		return fmt.Errorf("%s: %w", c.op, store.ErrConflict)
	}
	return nil
}

// ReplacePassword: see store.Members.
func (s *Store) ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error {
	c := change{
		op: "replace password", username: username,
		update: "SET password_hash = :new", condition: "password_hash = :old",
		values: item{":old": text(old), ":new": text(new)},
		done:   func(m store.Member) bool { return m.PasswordHash == new },
	}
	if !validFrom.IsZero() {
		c.update += ", tokens_valid_from = :from"
		c.values[":from"] = moment(validFrom)
	}
	return s.apply(ctx, c)
}

// VoidTokens: see store.Members.
func (s *Store) VoidTokens(ctx context.Context, username string, from time.Time) error {
	return s.apply(ctx, change{
		op: "void tokens", username: username,
		update: "SET tokens_valid_from = :from", condition: "attribute_exists(username)",
		values: item{":from": moment(from)},
		done:   func(store.Member) bool { return false },
	})
}

// SetConsent: see store.Members.
func (s *Store) SetConsent(ctx context.Context, username string, c store.Consent) error {
	return s.apply(ctx, change{
		op: "set consent", username: username,
		update:    "SET consent_version = :version, consent_given = :given, consent_withdrawn = :withdrawn",
		condition: "attribute_exists(username)",
		values:    item{":version": text(c.Version), ":given": moment(c.Given), ":withdrawn": moment(c.Withdrawn)},
		done:      func(store.Member) bool { return false },
	})
}

// DeleteMember: see store.Members.
func (s *Store) DeleteMember(ctx context.Context, username string, pk int64) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		ConditionExpression:       aws.String("attribute_not_exists(username) OR pk = :pk"),
		ExpressionAttributeValues: item{":pk": whole(pk)},
	})
	if conditionFailed(err) {
		return fmt.Errorf("delete member: %w", store.ErrConflict)
	}
	return client.Error("delete member", err)
}

// blockPrefix begins the keys of the rows that claim blocks of PKs. No user
// name has a '#'.
const blockPrefix = "#pk-block:"

// ClaimPKBlock: see store.Members.
func (s *Store) ClaimPKBlock(ctx context.Context, block int64, claimant string) error {
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName:                 &s.tables.Members,
		Item:                      item{"username": text(blockPrefix + strconv.FormatInt(block, 10)), "claimant": text(claimant)},
		ConditionExpression:       aws.String("attribute_not_exists(username) OR claimant = :claimant"),
		ExpressionAttributeValues: item{":claimant": text(claimant)},
	})
	if conditionFailed(err) {
		return fmt.Errorf("claim pk block: %w", store.ErrExists)
	}
	return client.Error("claim pk block", err)
}

// MemberByPK: see store.Members. The index tells the name, the table the rest.
func (s *Store) MemberByPK(ctx context.Context, pk int64) (store.Member, error) {
	out, err := s.client.Query(ctx, &dynamodb.QueryInput{
		TableName: &s.tables.Members, IndexName: aws.String(byPK),
		KeyConditionExpression:    aws.String("pk = :pk"),
		ExpressionAttributeValues: item{":pk": whole(pk)},
	})
	if err != nil {
		return store.Member{}, client.Error("member by pk", err)
	}
	if len(out.Items) == 0 {
		return store.Member{}, fmt.Errorf("member by pk: %w", store.ErrNotFound)
	}
	r := &reader{item: out.Items[0]}
	username := r.text("username")
	if r.err != nil {
		return store.Member{}, fmt.Errorf("member by pk: %w", r.err)
	}
	return s.Member(ctx, username)
}

// MembersPage: see store.Members.
func (s *Store) MembersPage(ctx context.Context, cursor string, limit int) ([]store.Member, string, error) {
	in := &dynamodb.ScanInput{
		TableName: &s.tables.Members, Limit: aws.Int32(int32(limit)), ConsistentRead: aws.Bool(true),
		FilterExpression: aws.String("attribute_exists(pk)"),
	}
	if cursor != "" {
		in.ExclusiveStartKey = item{"username": text(cursor)}
	}
	out, err := s.client.Scan(ctx, in)
	if err != nil {
		return nil, "", client.Error("members page", err)
	}
	page := make([]store.Member, len(out.Items))
	for i, it := range out.Items {
		if page[i], err = named("members page", it, readMember); err != nil {
			return nil, "", err
		}
	}
	next := &reader{item: out.LastEvaluatedKey}
	return page, next.optionalText("username"), next.err
}
