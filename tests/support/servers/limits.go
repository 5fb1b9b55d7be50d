package servers

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// DynamoDB's limits, of which dynalite enforces only some: "Quotas in Amazon
// DynamoDB" in AWS's developer guide.
const (
	maxItem       = 400 << 10 // bytes
	maxExpression = 4 << 10   // bytes
	maxWrites     = 25        // in a BatchWriteItem
	maxKeys       = 100       // in a BatchGetItem
	maxPage       = 1 << 20   // bytes that a Query or a Scan returns
)

// limit makes a call that exceeds one of DynamoDB's limits fail as it would at
// AWS.
func limit(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("limits of DynamoDB",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (out middleware.InitializeOutput, metadata middleware.Metadata, err error) {
			if err := asked(in.Parameters); err != nil {
				return out, metadata, err
			}
			if u, ok := in.Parameters.(*dynamodb.UpdateItemInput); ok && u.ReturnValues == "" {
				all := *u // the item after the update is bounded as well
				all.ReturnValues = types.ReturnValueAllNew
				in.Parameters = &all
			}
			out, metadata, err = next.HandleInitialize(ctx, in)
			if err == nil {
				err = answered(out.Result)
			}
			return out, metadata, err
		}), middleware.Before)
}

// asked returns DynamoDB's refusal of a request that exceeds a limit.
func asked(input any) error {
	switch in := input.(type) {
	case *dynamodb.PutItemInput:
		return firstOf(within("Item size", sizeOf(in.Item), maxItem), expressions(in.ConditionExpression))
	case *dynamodb.UpdateItemInput:
		return expressions(in.UpdateExpression, in.ConditionExpression)
	case *dynamodb.DeleteItemInput:
		return expressions(in.ConditionExpression)
	case *dynamodb.GetItemInput:
		return consistent(in.ConsistentRead)
	case *dynamodb.QueryInput:
		if in.IndexName == nil { // an index has no consistent reads
			if err := consistent(in.ConsistentRead); err != nil {
				return err
			}
		}
		return expressions(in.KeyConditionExpression, in.FilterExpression, in.ProjectionExpression)
	case *dynamodb.ScanInput:
		return expressions(in.FilterExpression, in.ProjectionExpression)
	case *dynamodb.BatchWriteItemInput:
		n, err := 0, error(nil)
		for _, writes := range in.RequestItems {
			n += len(writes)
			for _, w := range writes {
				if w.PutRequest != nil {
					err = firstOf(err, within("Item size", sizeOf(w.PutRequest.Item), maxItem))
				}
			}
		}
		return firstOf(err, within("batch of writes", n, maxWrites))
	case *dynamodb.BatchGetItemInput:
		n := 0
		for _, keys := range in.RequestItems {
			n += len(keys.Keys)
		}
		return within("batch of keys", n, maxKeys)
	}
	return nil
}

// answered returns DynamoDB's refusal of a request whose answer exceeds a limit.
func answered(output any) error {
	switch out := output.(type) {
	case *dynamodb.UpdateItemOutput:
		return within("Item size", sizeOf(out.Attributes), maxItem)
	case *dynamodb.QueryOutput:
		return within("page", sizeOf(out.Items...), maxPage)
	case *dynamodb.ScanOutput:
		return within("page", sizeOf(out.Items...), maxPage)
	}
	return nil
}

// consistent refuses a read of rows that may lag behind what was written, which DynamoDB
// takes and dynalite doesn't imitate: what the service decides by is read as last written.
func consistent(read *bool) error {
	if aws.ToBool(read) {
		return nil
	}
	return &smithy.GenericAPIError{Code: "ValidationException", Message: "a read of rows that may lag"}
}

func expressions(all ...*string) error {
	for _, e := range all {
		if err := within("expression", len(aws.ToString(e)), maxExpression); err != nil {
			return err
		}
	}
	return nil
}

func within(what string, size, most int) error {
	if size <= most {
		return nil
	}
	return &smithy.GenericAPIError{Code: "ValidationException", Message: fmt.Sprintf("%s of %d, at most %d", what, size, most)}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// sizeOf returns the size of items in bytes: their names and values.
func sizeOf(items ...map[string]types.AttributeValue) (bytes int) {
	for _, item := range items {
		for name, value := range item {
			bytes += len(name)
			switch v := value.(type) {
			case *types.AttributeValueMemberS:
				bytes += len(v.Value)
			case *types.AttributeValueMemberB:
				bytes += len(v.Value)
			case *types.AttributeValueMemberN:
				bytes += len(v.Value)/2 + 2
			}
		}
	}
	return bytes
}
