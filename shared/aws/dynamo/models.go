package dynamo

import (
	"context"
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
)

// SetTemplate: see store.Members.
func (s *Store) SetTemplate(ctx context.Context, username, replaced string, m store.Template, prints []string) error {
	var sets []string
	values := item{}
	for name, value := range modelItem(m) {
		sets = append(sets, name+" = :"+name)
		values[":"+name] = value
	}
	slices.Sort(sets)
	condition := "attribute_exists(username) AND attribute_not_exists(model_version)"
	if replaced != "" {
		condition = "model_version = :replaced"
		values[":replaced"] = text(replaced)
	}
	update := "SET " + strings.Join(sets, ", ")
	if len(prints) > 0 {
		update += " REMOVE " + strings.Join(printNames(prints), ", ")
	}
	return s.apply(ctx, change{
		op: "set model", username: username, update: update, condition: condition, values: values,
		done: func(now store.Member) bool { return now.Template != nil && now.Template.Version == m.Version },
	})
}

// ClearTemplate: see store.Members.
func (s *Store) ClearTemplate(ctx context.Context, username, version string, prints []string) error {
	names := append(slices.Sorted(maps.Keys(modelItem(store.Template{}))), printNames(prints)...)
	return s.apply(ctx, change{
		op: "clear model", username: username,
		update: "REMOVE " + strings.Join(names, ", "), condition: "model_version = :version",
		values: item{":version": text(version)},
		done:   func(m store.Member) bool { return m.Template == nil },
	})
}

// printPrefix begins the names of the attributes that hold prints.
const printPrefix = "print_"

func printNames(ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = printPrefix + id
	}
	return names
}

// RegisterProbe: see store.Members. The print is an attribute of its own: a
// repetition writes the same again.
func (s *Store) RegisterProbe(ctx context.Context, username, id string, print []byte) (store.Member, error) {
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		UpdateExpression:          aws.String("SET " + printPrefix + id + " = :print"),
		ConditionExpression:       aws.String("attribute_exists(username)"),
		ExpressionAttributeValues: item{":print": &types.AttributeValueMemberB{Value: print}},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if conditionFailed(err) {
		return store.Member{}, fmt.Errorf("present: %w", store.ErrNotFound)
	}
	if err != nil {
		return store.Member{}, client.Error("present", err)
	}
	return named("present", out.Attributes, readMember)
}

// RemoveProbe: see store.Members.
func (s *Store) RemoveProbe(ctx context.Context, username, id string) error {
	_, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Members, Key: item{"username": text(username)},
		UpdateExpression:    aws.String("REMOVE " + printPrefix + id),
		ConditionExpression: aws.String("attribute_exists(username)"),
	})
	if conditionFailed(err) {
		return nil
	}
	return client.Error("remove print", err)
}

// MarkTemplateUsed: see store.Members.
func (s *Store) MarkTemplateUsed(ctx context.Context, username, version string, used time.Time) error {
	return s.apply(ctx, change{
		op: "mark model used", username: username,
		update: "SET model_used = :used", condition: "model_version = :version",
		values: item{":used": moment(used), ":version": text(version)},
		done:   func(store.Member) bool { return false },
	})
}

// CountFailure: see store.Members.
func (s *Store) CountFailure(ctx context.Context, username, version string, at time.Time) error {
	return s.apply(ctx, change{
		op: "count failure", username: username,
		update: "SET model_failed_at = :at ADD model_failures :one", condition: "model_version = :version",
		values: item{":at": moment(at), ":one": whole(1), ":version": text(version)},
		done:   func(store.Member) bool { return false },
	})
}

// ClearFailures: see store.Members.
func (s *Store) ClearFailures(ctx context.Context, username, version string) error {
	return s.apply(ctx, change{
		op: "clear failures", username: username,
		update: "SET model_failures = :none, model_failed_at = :none", condition: "model_version = :version",
		values: item{":none": whole(0), ":version": text(version)},
		done:   func(store.Member) bool { return false },
	})
}
