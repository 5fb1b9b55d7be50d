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
func (s *Store) SetTemplate(ctx context.Context, from store.Member, t store.Template, archived []string) error {
	c := unmoved(rules.SetTemplate(from, t, archived), from)
	var sets []string
	for name, value := range templateItem(t) {
		sets = append(sets, name+" = :"+name)
		c.values[":"+name] = value
	}
	slices.Sort(sets)
	if due := dueItem(store.DueTemplate, from.Username, t.Used); due != nil {
		sets = append(sets, "due = if_not_exists(due, :due)", "due_list = :list")
		c.values[":due"], c.values[":list"] = due["due"], due["due_list"]
	}
	c.update = "SET " + strings.Join(sets, ", ") + " REMOVE " + strings.Join(append(digestNames(archived), "memory_key"), ", ")
	c.require("consent_version", from.Consent != nil, "consent_version = :cv AND consent_given = :cg AND consent_withdrawn = :cw")
	if from.Consent != nil {
		c.values[":cv"], c.values[":cg"], c.values[":cw"] = text(from.Consent.Version), moment(from.Consent.Given), moment(from.Consent.Withdrawn)
	}
	return s.update(ctx, from.Username, c)
}

// ClearTemplate: see store.TemplateRemover. The template's failure count stays in
// the row.
func (s *Store) ClearTemplate(ctx context.Context, from store.Member, at time.Time, memory string, archived []string) error {
	c := unmoved(rules.ClearTemplate(from, at, memory, archived), from)
	var names []string
	for name := range templateItem(store.Template{Days: 1}) {
		if name != "model_failures" && name != "model_failed_at" {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	names = append(append(names, "uploads", "due", "due_list"), digestNames(archived)...)
	c.update, c.values[":at"] = "SET template_removed = :at", moment(at)
	if memory != "" {
		c.update += ", memory_key = :memory"
		c.values[":memory"] = text(memory)
	} else {
		names = append(names, "memory_key")
	}
	c.update += " REMOVE " + strings.Join(names, ", ")
	return s.update(ctx, from.Username, c)
}

// SetUploads: see store.UploadRegistry.
func (s *Store) SetUploads(ctx context.Context, from store.Member, uploads []store.PendingUpload) error {
	c := change{rule: rules.SetUploads(from, uploads), condition: samePK, values: item{":pk": whole(from.PK)}}
	c.require("uploads", len(from.Uploads) > 0, "uploads = :seen")
	if len(from.Uploads) > 0 {
		c.values[":seen"] = uploadsText(from.Uploads)
	}
	c.update = "REMOVE uploads"
	if len(uploads) > 0 {
		c.update, c.values[":uploads"] = "SET uploads = :uploads", uploadsText(uploads)
	}
	return s.update(ctx, from.Username, c)
}

// unmoved returns a change with the condition that the row is of the member that
// was read, and no template was made or removed since.
func unmoved(rule rules.Member, from store.Member) change {
	c := change{rule: rule, condition: samePK, values: item{":pk": whole(from.PK)}}
	c.require("model_key", from.Template != nil, "model_key = :object")
	c.require("memory_key", from.Template == nil && from.MemoryKey != "", "memory_key = :object")
	if from.ObjectKey() != "" {
		c.values[":object"] = text(from.ObjectKey())
	}
	c.require("template_removed", !from.Removed.IsZero(), "template_removed = :removed")
	if !from.Removed.IsZero() {
		c.values[":removed"] = moment(from.Removed)
	}
	return c
}

// require adds a term to the condition: asked if the attribute has to be there,
// else that it is missing.
func (c *change) require(name string, there bool, asked string) {
	if !there {
		asked = "attribute_not_exists(" + name + ")"
	}
	c.condition += " AND " + asked
}

// RecordAcceptance: see store.ProbeRegistry.
func (s *Store) RecordAcceptance(ctx context.Context, username, version string, used time.Time) error {
	return s.update(ctx, username, current(rules.RecordAcceptance(version, used), version,
		"SET model_failures = :none, model_failed_at = :none, model_used = :used", item{":none": whole(0), ":used": moment(used)}))
}

// current returns a change of the template that the row points to, if it is of
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
// On a refusal the member is read back: not every server returns the row whose
// condition failed.
func (s *Store) RegisterProbe(ctx context.Context, session store.Session, p store.Probe) (store.Member, error) {
	rule, name := rules.RegisterProbe(session, p), digestPrefix+p.ID
	values := item{
		":pk": whole(session.PK), ":from": moment(session.ValidFrom),
		":digest": &types.AttributeValueMemberB{Value: p.Digest}, ":at": moment(p.At), ":one": whole(1),
		":key": text(p.Key), ":id": text(p.ID),
	}
	another := ""
	if p.Key != "" {
		another, values[":since"] = " AND (attribute_not_exists(check_key) OR check_key <> :key OR check_at <= :since)", moment(p.Since)
	}
	admitted := admits(p.Limit, p.At, "model_failures", "model_failed_at", values)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(session.Username)},
		UpdateExpression: aws.String("SET " + name + " = :digest, model_failed_at = :at, check_key = :key, check_id = :id, check_at = :at ADD model_failures :one"),
		ConditionExpression: aws.String("pk = :pk AND tokens_valid_from = :from AND attribute_not_exists(" + name + ")" +
			" AND attribute_exists(model_version) AND (attribute_not_exists(model_failures) OR " + admitted + ")" + another),
		ExpressionAttributeValues: values,
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err == nil {
		return named(rule.Op, out.Attributes, readMember)
	}
	if tooLarge(err) { // the row may become smaller, as digests are archived
		return store.Member{}, withOp(rule.Op, fmt.Errorf("%w: %w", store.ErrUnavailable, err))
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

// RememberProbe: see store.ProbeRegistry.
func (s *Store) RememberProbe(ctx context.Context, session store.Session, id string, digest []byte) error {
	return s.update(ctx, session.Username, change{
		rule:      rules.RememberProbe(session, id, digest),
		update:    "SET " + digestPrefix + id + " = :digest",
		condition: "pk = :pk AND tokens_valid_from = :from",
		values: item{
			":pk": whole(session.PK), ":from": moment(session.ValidFrom), ":digest": &types.AttributeValueMemberB{Value: digest},
		},
	})
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
		update:    "REMOVE " + name + ", check_key, check_id, check_at ADD model_failures :back",
		condition: "attribute_exists(" + name + ") AND model_version = :version AND model_failures > :none",
		values:    item{":version": text(version), ":back": whole(-1), ":none": whole(0)},
	})
}
