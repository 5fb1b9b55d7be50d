package dynamo

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// MarkTemplateUsed: see store.TemplateWriter.
func (s *Store) MarkTemplateUsed(ctx context.Context, username, version string, used time.Time) error {
	return s.update(ctx, username, current(rules.MarkTemplateUsed(version, used), version,
		"SET model_used = :used", item{":used": moment(used)}))
}

// CountFailure: see store.CheckCounter.
func (s *Store) CountFailure(ctx context.Context, username, version string, at time.Time) error {
	return s.update(ctx, username, current(rules.CountFailure(version, at), version,
		"SET model_failed_at = :at ADD model_failures :one", item{":at": moment(at), ":one": whole(1)}))
}

// ClearFailures: see store.CheckCounter.
func (s *Store) ClearFailures(ctx context.Context, username, version string) error {
	return s.update(ctx, username, current(rules.ClearFailures(version), version,
		"SET model_failures = :none, model_failed_at = :none", item{":none": whole(0)}))
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

// RegisterProbe: see store.ProbeRegistry. The digest is an attribute of its own:
// a repetition writes the same again.
func (s *Store) RegisterProbe(ctx context.Context, username, id string, digest []byte) (store.Member, error) {
	rule := rules.RegisterProbe(id, digest)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		UpdateExpression:          aws.String("SET " + digestPrefix + id + " = :digest"),
		ConditionExpression:       aws.String(present),
		ExpressionAttributeValues: item{":digest": &types.AttributeValueMemberB{Value: digest}},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err != nil {
		return store.Member{}, s.outcome(ctx, username, rule, err)
	}
	return named(rule.Op, out.Attributes, readMember)
}

// RemoveProbe: see store.ProbeRegistry.
func (s *Store) RemoveProbe(ctx context.Context, username, id string) error {
	return s.update(ctx, username, change{
		rule:   rules.RemoveProbe(id),
		update: "REMOVE " + digestPrefix + id, condition: present,
	})
}
