// Command plain is a function that sets the SDK up as its documentation does: the
// start that the service's functions must beat.
package main

import (
	"context"
	"log"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	sdk, err := config.LoadDefaultConfig(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	tables, objects := dynamodb.NewFromConfig(sdk), s3.NewFromConfig(sdk)
	lambda.Start(func(ctx context.Context) (int, error) {
		list, err := tables.ListTables(ctx, &dynamodb.ListTablesInput{})
		if err != nil {
			return 0, err
		}
		buckets, err := objects.ListBuckets(ctx, &s3.ListBucketsInput{})
		if err != nil {
			return 0, err
		}
		return len(list.TableNames) + len(buckets.Buckets), nil
	})
}
