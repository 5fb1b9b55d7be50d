package servers

import (
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
)

func TestCallsBeyondALimitFailAsInAWS(t *testing.T) {
	endpoint := StartDynamoDB(t)
	client := dynamodb.NewFromConfig(Config(t), func(o *dynamodb.Options) { o.BaseEndpoint = &endpoint })
	key := map[string]types.AttributeValue{"username": &types.AttributeValueMemberS{Value: "u"}}
	blob := func(bytes int) types.AttributeValue { return &types.AttributeValueMemberB{Value: make([]byte, bytes)} }
	update := func(expression string, value types.AttributeValue) error {
		_, err := client.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: aws.String(MembersTable), Key: key, UpdateExpression: &expression,
			ExpressionAttributeValues: map[string]types.AttributeValue{":v": value},
		})
		return err
	}
	writes := func(n int) error {
		var all []types.WriteRequest
		for i := range n {
			all = append(all, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: map[string]types.AttributeValue{
				"username": &types.AttributeValueMemberS{Value: strings.Repeat("x", i+1)},
			}}})
		}
		_, err := client.BatchWriteItem(t.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{MembersTable: all}})
		return err
	}
	for _, tt := range []struct {
		name    string
		do      func() error
		refused bool
	}{
		{"a small item", func() error { return update("SET a = :v", blob(300<<10)) }, false},
		{"an item that an update makes too large", func() error { return update("SET b = :v", blob(150<<10)) }, true},
		{"a long expression", func() error { return update("SET "+strings.Repeat("a", 4<<10)+" = :v", blob(1)) }, true},
		{"25 writes", func() error { return writes(25) }, false},
		{"26 writes", func() error { return writes(26) }, true},
	} {
		var answer smithy.APIError
		err := tt.do()
		if refused := errors.As(err, &answer) && answer.ErrorCode() == "ValidationException"; refused != tt.refused {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
