package dynamo

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"systole/shared/aws/client"
	"systole/shared/store"
	"systole/shared/store/rules"
)

func grantKey(id store.GrantID) item { return item{"id": text(hex.EncodeToString(id[:]))} }

func grantItem(g store.Grant) item {
	it := grantKey(g.ID)
	it["kind"], it["content"] = text(string(g.Kind)), binary(g.Content)
	it["made"], it["expires"] = moment(g.Made), whole(g.Expires.Unix())
	if g.Taker != "" {
		it["taker"] = text(g.Taker)
	}
	return it
}

func readGrant(it item) (store.Grant, error) {
	r := &reader{item: it}
	g := store.Grant{
		Kind: store.GrantKind(r.text("kind")), Content: r.optionalBinary("content"),
		Made: r.moment("made"), Expires: r.seconds("expires"), Taker: r.optionalText("taker"),
	}
	if n, err := hex.Decode(g.ID[:], []byte(r.text("id"))); err != nil || n != len(g.ID) {
		r.fail("id")
	}
	return g, r.err
}

// CreateGrant: see store.GrantStore.
func (s *Store) CreateGrant(ctx context.Context, g store.Grant) error {
	rule := rules.CreateGrant(g)
	_, err := s.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &s.tables.Grants, Item: grantItem(g), ConditionExpression: aws.String("attribute_not_exists(id)"),
	})
	if !conditionFailed(err) {
		return client.Error(rule.Op, err)
	}
	_, err = s.refusedGrant(ctx, g.ID, rule)
	return err
}

// Grant: see store.GrantStore.
func (s *Store) Grant(ctx context.Context, kind store.GrantKind, id store.GrantID) (store.Grant, error) {
	found, err := s.get(ctx, "grant", s.tables.Grants, grantKey(id))
	if err != nil {
		return store.Grant{}, err
	}
	g, err := named("grant", found, readGrant)
	if err == nil && g.Kind != kind {
		return store.Grant{}, fmt.Errorf("grant: %w", store.ErrNotFound)
	}
	return g, err
}

// TakeGrant: see store.GrantStore.
func (s *Store) TakeGrant(ctx context.Context, kind store.GrantKind, id store.GrantID, taker string) (store.Grant, error) {
	rule := rules.TakeGrant(kind, taker)
	out, err := s.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &s.tables.Grants, Key: grantKey(id),
		UpdateExpression:          aws.String("SET taker = :taker"),
		ConditionExpression:       aws.String("kind = :kind AND attribute_not_exists(taker)"),
		ExpressionAttributeValues: item{":kind": text(string(kind)), ":taker": text(taker)},
		ReturnValues:              types.ReturnValueAllNew,
	})
	if err == nil {
		return named(rule.Op, item(out.Attributes), readGrant)
	}
	if !conditionFailed(err) {
		return store.Grant{}, client.Error(rule.Op, err)
	}
	g, err := s.refusedGrant(ctx, id, rule)
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return store.Grant{}, err
	}
	if g.Kind != kind {
		return store.Grant{}, withOp(rule.Op, store.ErrNotFound)
	}
	return g, err
}

// refusedGrant reads back the row whose condition failed, and returns the outcome
// of the write.
func (s *Store) refusedGrant(ctx context.Context, id store.GrantID, rule rules.Grant) (store.Grant, error) {
	found, err := s.get(ctx, rule.Op, s.tables.Grants, grantKey(id))
	if errors.Is(err, store.ErrNotFound) {
		return store.Grant{}, withOp(rule.Op, rule.Outcome(nil))
	}
	if err != nil {
		return store.Grant{}, fmt.Errorf("%s: read back: %w", rule.Op, err)
	}
	g, err := named(rule.Op, found, readGrant)
	if err != nil {
		return store.Grant{}, err
	}
	return g, withOp(rule.Op, rule.Outcome(&g))
}

// DeleteGrant: see store.GrantStore.
func (s *Store) DeleteGrant(ctx context.Context, id store.GrantID) error {
	_, err := s.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &s.tables.Grants, Key: grantKey(id)})
	return client.Error(rules.DeleteGrant().Op, err)
}
