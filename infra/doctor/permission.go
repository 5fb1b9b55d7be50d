package main

import (
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
)

// lacking returns the permission for want of which a call was refused. Every service
// has a code of its own for that; the status is the same.
func lacking(err error) (action string, ok bool) {
	var answer interface{ HTTPStatusCode() int }
	var call *smithy.OperationError
	if !errors.As(err, &answer) || !errors.As(err, &call) || answer.HTTPStatusCode() != http.StatusForbidden {
		return "", false
	}
	if action, ok := otherwise[call.OperationName]; ok {
		return action, true
	}
	return prefixes[call.ServiceID] + ":" + call.OperationName, true
}

// prefixes are the services in the words of permissions.
var prefixes = map[string]string{
	"API Gateway":     "apigateway",
	"CloudFormation":  "cloudformation",
	"CloudWatch":      "cloudwatch",
	"DynamoDB":        "dynamodb",
	"KMS":             "kms",
	"Lambda":          "lambda",
	"S3":              "s3",
	"SNS":             "sns",
	"STS":             "sts",
	"Secrets Manager": "secretsmanager",
}

// otherwise are permissions that aren't called as their operations are.
var otherwise = map[string]string{
	"GetAccount":                      "apigateway:GET",
	"GetPublicAccessBlock":            "s3:GetBucketPublicAccessBlock",
	"GetBucketEncryption":             "s3:GetEncryptionConfiguration",
	"GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
}
