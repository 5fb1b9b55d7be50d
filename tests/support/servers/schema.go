package servers

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// schema returns the tables of template.yaml.
func schema() []dynamodb.CreateTableInput {
	return []dynamodb.CreateTableInput{{
		TableName:   aws.String(MembersTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("username", types.ScalarAttributeTypeS), attribute("pk", types.ScalarAttributeTypeN),
			attribute("due_list", types.ScalarAttributeTypeS), attribute("due", types.ScalarAttributeTypeN),
		},
		KeySchema: []types.KeySchemaElement{key("username", types.KeyTypeHash)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String("by_pk"),
			KeySchema:  []types.KeySchemaElement{key("pk", types.KeyTypeHash)},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}, byDue()},
	}, {
		TableName:   aws.String(TokensTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("id", types.ScalarAttributeTypeS),
			attribute("username", types.ScalarAttributeTypeS), attribute("issued", types.ScalarAttributeTypeN),
			attribute("due_list", types.ScalarAttributeTypeS), attribute("due", types.ScalarAttributeTypeN),
		},
		KeySchema: []types.KeySchemaElement{key("id", types.KeyTypeHash)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String("by_username"),
			KeySchema:  []types.KeySchemaElement{key("username", types.KeyTypeHash), key("issued", types.KeyTypeRange)},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}, byDue()},
	}, {
		TableName:   aws.String(ActivityTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("username", types.ScalarAttributeTypeS), attribute("at", types.ScalarAttributeTypeS),
			attribute("due_list", types.ScalarAttributeTypeS), attribute("due", types.ScalarAttributeTypeN),
		},
		KeySchema:              []types.KeySchemaElement{key("username", types.KeyTypeHash), key("at", types.KeyTypeRange)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{byDue()},
	}, {
		TableName:            aws.String(GrantsTable),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("id", types.ScalarAttributeTypeS)},
		KeySchema:            []types.KeySchemaElement{key("id", types.KeyTypeHash)},
	}}
}

func byDue() types.GlobalSecondaryIndex {
	return types.GlobalSecondaryIndex{
		IndexName:  aws.String("by_due"),
		KeySchema:  []types.KeySchemaElement{key("due_list", types.KeyTypeHash), key("due", types.KeyTypeRange)},
		Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
	}
}

func attribute(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
}

func key(name string, kind types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
}
