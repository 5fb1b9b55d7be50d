package dynamo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

// SetTemplate: see store.TemplateWriter.
func (s *Store) SetTemplate(ctx context.Context, username, replaced string, t store.Template, archived []string) error {
	var sets []string
	values := item{}
	for name, value := range templateItem(t) {
		sets = append(sets, name+" = :"+name)
		values[":"+name] = value
	}
	slices.Sort(sets)
	condition := present + " AND attribute_not_exists(model_version)"
	if replaced != "" {
		condition = "model_version = :replaced"
		values[":replaced"] = text(replaced)
	}
	update := "SET " + strings.Join(sets, ", ")
	if len(archived) > 0 {
		update += " REMOVE " + strings.Join(digestNames(archived), ", ")
	}
	return s.update(ctx, username, change{
		rule:   rules.SetTemplate(replaced, t, archived),
		update: update, condition: condition, values: values,
	})
}

// ClearTemplate: see store.TemplateRemover.
func (s *Store) ClearTemplate(ctx context.Context, username, version string, digests []string) error {
	names := append(slices.Sorted(maps.Keys(templateItem(store.Template{}))), digestNames(digests)...)
	return s.update(ctx, username, current(rules.ClearTemplate(version, digests), version,
		"REMOVE "+strings.Join(names, ", "), nil))
}

// RecordAcceptance: see store.ProbeRegistry.
func (s *Store) RecordAcceptance(ctx context.Context, username, version string, used time.Time) error {
	return s.update(ctx, username, current(rules.RecordAcceptance(version, used), version,
		"SET model_failures = :none, model_failed_at = :none, model_used = :used", item{":none": whole(0), ":used": moment(used)}))
}

// current is a change of the template that the row points to, while it is of
// this version.
func current(rule rules.Member, version, update string, values item) change {
	c := change{rule: rule, update: update, condition: "model_version = :version", values: item{":version": text(version)}}
	maps.Copy(c.values, values)
	return c
}

// digestPrefix begins the names of the attributes that hold digests.
const digestPrefix = "print_"

func digestNames(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = digestPrefix + id
	}
	return names
}

// RegisterProbe: see store.ProbeRegistry. The digest is an attribute of its own.
// A refused member is read back: not every server returns the row that failed a
// condition.
func (s *Store) RegisterProbe(ctx context.Context, session store.Session, p store.Probe) (store.Member, error) {
	rule, name := rules.RegisterProbe(session, p), digestPrefix+p.ID
	values := item{
		":pk": whole(session.PK), ":from": moment(session.ValidFrom),
		":digest": &types.AttributeValueMemberB{Value: p.Digest}, ":at": moment(p.At), ":one": whole(1),
	}
	admitted := admits(p.Limit, p.At, "model_failures", "model_failed_at", values)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(session.Username)},
		UpdateExpression: aws.String("SET " + name + " = :digest, model_failed_at = :at ADD model_failures :one"),
		ConditionExpression: aws.String("pk = :pk AND tokens_valid_from = :from AND attribute_not_exists(" + name + ")" +
			" AND attribute_exists(model_version) AND (attribute_not_exists(model_failures) OR " + admitted + ")"),
		ExpressionAttributeValues: values,
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err == nil {
		return named(rule.Op, out.Attributes, readMember)
	}
	if !conditionFailed(err) {
		return store.Member{}, client.Error(rule.Op, err)
	}
	m, err := s.Member(ctx, session.Username)
	if errors.Is(err, store.ErrNotFound) {
		return m, withOp(rule.Op, rule.Outcome(nil))
	}
	if err != nil {
		return m, fmt.Errorf("%s: read back: %w", rule.Op, err)
	}
	return m, withOp(rule.Op, rule.Outcome(&m))
}

// RemoveProbe: see store.ProbeRegistry.
func (s *Store) RemoveProbe(ctx context.Context, username, id string) error {
	return s.update(ctx, username, change{
		rule:   rules.RemoveProbe(id),
		update: "REMOVE " + digestPrefix + id, condition: present,
	})
}

// WithdrawProbe: see store.ProbeRegistry.
func (s *Store) WithdrawProbe(ctx context.Context, username, version, id string) error {
	name := digestPrefix + id
	return s.update(ctx, username, change{
		rule:      rules.WithdrawProbe(version, id),
		update:    "REMOVE " + name + " ADD model_failures :back",
		condition: "attribute_exists(" + name + ") AND model_version = :version AND model_failures > :none",
		values:    item{":version": text(version), ":back": whole(-1), ":none": whole(0)},
	})
}
