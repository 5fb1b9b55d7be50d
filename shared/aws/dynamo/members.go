package dynamo

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

// CreateMember: see store.MemberStore.
func (s *Store) CreateMember(ctx context.Context, m store.Member) error {
	rule := rules.CreateMember(m)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Members, Item: memberItem(m),
		ConditionExpression: aws.String("attribute_not_exists(username)"),
	})
	return s.outcome(ctx, m.Username, rule, err)
}

// Member: see store.Members.
func (s *Store) Member(ctx context.Context, username string) (store.Member, error) {
	found, err := s.get(ctx, "member", s.tables.Members, item{"username": text(username)})
	if err != nil {
		return store.Member{}, err
	}
	return named("member", found, readMember)
}

// named decodes an item; an error names the operation.
func named[T any](op string, it item, read func(item) (T, error)) (T, error) {
	value, err := read(it)
	if err != nil {
		err = fmt.Errorf("%s: %w", op, err)
	}
	return value, err
}

// change is a rule on a member's row in DynamoDB's expressions.
type change struct {
	rule      rules.Member
	update    string // UpdateExpression
	condition string // ConditionExpression
	values    item
}

// update applies the change to the member's row.
func (s *Store) update(ctx context.Context, username string, c change) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		UpdateExpression: &c.update, ConditionExpression: &c.condition, ExpressionAttributeValues: c.values,
	})
	return s.outcome(ctx, username, c.rule, err)
}

// outcome returns the result of a write on a member's row. If its condition
// failed, an earlier run of the write may have succeeded, and its reply been
// lost: the row is read back.
func (s *Store) outcome(ctx context.Context, username string, rule rules.Member, err error) error {
	if !conditionFailed(err) {
		return client.Error(rule.Op, err)
	}
	var now *store.Member
	if rule.Holds != nil { // otherwise only a missing row fails the condition
		m, err := s.Member(ctx, username)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%s: read back: %w", rule.Op, err)
		}
		if err == nil {
			now = &m
		}
	}
	return withOp(rule.Op, rule.Outcome(now))
}

func withOp(op string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", op, err)
	}
	return nil
}

// present is the condition of a change that every row allows.
const present = "attribute_exists(username)"

// samePK is the condition that the row is of this account, and not of the next
// one with its name.
const samePK = "pk = :pk"

// ReplacePassword: see store.MemberStore. The salt of the old hash is random, so
// that equal hashes are of one account.
func (s *Store) ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error {
	c := change{
		rule:   rules.ReplacePassword(old, new, validFrom),
		update: "SET password_hash = :new", condition: "password_hash = :old",
		values: item{":old": text(old), ":new": text(new)},
	}
	if !validFrom.IsZero() {
		c.update += ", tokens_valid_from = :from"
		c.values[":from"] = moment(validFrom)
	}
	return s.update(ctx, username, c)
}

// VoidTokens: see store.MemberStore.
func (s *Store) VoidTokens(ctx context.Context, username string, pk int64, from time.Time) error {
	return s.update(ctx, username, change{
		rule:   rules.VoidTokens(pk, from),
		update: "SET tokens_valid_from = :from", condition: samePK,
		values: item{":pk": whole(pk), ":from": moment(from)},
	})
}

// SetConsent: see store.MemberStore.
func (s *Store) SetConsent(ctx context.Context, username string, pk int64, c store.Consent) error {
	return s.update(ctx, username, change{
		rule:   rules.SetConsent(pk, c),
		update: "SET consent_version = :version, consent_given = :given, consent_withdrawn = :withdrawn", condition: samePK,
		values: item{":pk": whole(pk), ":version": text(c.Version), ":given": moment(c.Given), ":withdrawn": moment(c.Withdrawn)},
	})
}

// SetSubjectSalt: see store.SubjectWriter.
func (s *Store) SetSubjectSalt(ctx context.Context, username string, pk int64, salt []byte) error {
	return s.update(ctx, username, change{
		rule:   rules.SetSubjectSalt(pk, salt),
		update: "SET subject_salt = :salt", condition: samePK + " AND attribute_not_exists(subject_salt)",
		values: item{":pk": whole(pk), ":salt": binary(salt)},
	})
}

// SetRecoveryCodes: see store.RecoveryWriter.
func (s *Store) SetRecoveryCodes(ctx context.Context, from store.Member, codes store.RecoveryCodes) error {
	condition, values := recoverable(from)
	values[":codes"] = recoveryCodes(codes)
	return s.update(ctx, from.Username, change{
		rule:   rules.SetRecoveryCodes(from, codes),
		update: "SET recovery_codes = :codes", condition: condition, values: values,
	})
}

// RecoverPassword: see store.RecoveryWriter.
func (s *Store) RecoverPassword(ctx context.Context, from store.Member, hash string, left [][]byte, at time.Time) error {
	condition, values := recoverable(from)
	values[":codes"] = recoveryCodes(store.RecoveryCodes{Made: from.RecoveryCodes.Made, Left: left})
	values[":new"], values[":at"] = text(hash), moment(at)
	update := "SET password_hash = :new, recovery_codes = :codes, tokens_valid_from = :at, recovered = :at"
	if from.Recovered.IsZero() {
		update += " REMOVE recovered_before"
	} else {
		update, values[":before"] = update+", recovered_before = :before", moment(from.Recovered)
	}
	return s.update(ctx, from.Username, change{
		rule: rules.RecoverPassword(from, hash, left, at), update: update, condition: condition, values: values,
	})
}

// recoverable returns the condition that account, password and recovery codes are
// those that were read. A row from before there were recovery codes has none.
func recoverable(from store.Member) (condition string, values item) {
	condition, values = samePK+" AND password_hash = :hash", item{":pk": whole(from.PK), ":hash": text(from.PasswordHash)}
	if from.RecoveryCodes.Made.IsZero() {
		return condition + " AND attribute_not_exists(recovery_codes)", values
	}
	values[":read"] = recoveryCodes(from.RecoveryCodes)
	return condition + " AND recovery_codes = :read", values
}

// RecordNetwork: see store.MemberStore. Each network is an attribute of its own.
func (s *Store) RecordNetwork(ctx context.Context, username string, pk int64, network string, at time.Time, forget []string) error {
	update := "SET " + networkPrefix + network + " = :at"
	if len(forget) > 0 {
		update += " REMOVE " + networkPrefix + strings.Join(forget, ", "+networkPrefix)
	}
	return s.update(ctx, username, change{
		rule:   rules.RecordNetwork(pk, network, at, forget),
		update: update, condition: "pk = :pk",
		values: item{":pk": whole(pk), ":at": moment(at)},
	})
}

// DeleteMember: see store.MemberStore.
func (s *Store) DeleteMember(ctx context.Context, username string, pk int64) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		ConditionExpression:       aws.String("attribute_not_exists(username) OR pk = :pk"),
		ExpressionAttributeValues: item{":pk": whole(pk)},
	})
	return s.outcome(ctx, username, rules.DeleteMember(pk), err)
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
	rule := rules.ClaimPKBlock(claimant)
	if conditionFailed(err) { // the condition lets the claimant's own row pass
		return withOp(rule.Op, rule.Refused)
	}
	return client.Error(rule.Op, err)
}

// MemberByPK: see store.Members. The index has the name, the table the rest.
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
