package servers

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// schema is that of template.yaml.
func schema() []dynamodb.CreateTableInput {
	return []dynamodb.CreateTableInput{{
		TableName:   aws.String(MembersTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("username", types.ScalarAttributeTypeS), attribute("pk", types.ScalarAttributeTypeN),
		},
		KeySchema: []types.KeySchemaElement{key("username", types.KeyTypeHash)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String("by_pk"),
			KeySchema:  []types.KeySchemaElement{key("pk", types.KeyTypeHash)},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly},
		}},
	}, {
		TableName:   aws.String(TokensTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("id", types.ScalarAttributeTypeS),
			attribute("username", types.ScalarAttributeTypeS), attribute("issued", types.ScalarAttributeTypeN),
		},
		KeySchema: []types.KeySchemaElement{key("id", types.KeyTypeHash)},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{
			IndexName:  aws.String("by_username"),
			KeySchema:  []types.KeySchemaElement{key("username", types.KeyTypeHash), key("issued", types.KeyTypeRange)},
			Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll},
		}},
	}, {
		TableName:   aws.String(ActivityTable),
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			attribute("username", types.ScalarAttributeTypeS), attribute("at", types.ScalarAttributeTypeS),
		},
		KeySchema: []types.KeySchemaElement{key("username", types.KeyTypeHash), key("at", types.KeyTypeRange)},
	}, {
		TableName:            aws.String(GrantsTable),
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{attribute("id", types.ScalarAttributeTypeS)},
		KeySchema:            []types.KeySchemaElement{key("id", types.KeyTypeHash)},
	}}
}

func attribute(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
}

func key(name string, kind types.KeyType) types.KeySchemaElement {
	return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
}
