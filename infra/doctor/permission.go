package main

import (
	"errors"
	"net/http"

	"github.com/aws/smithy-go"
)

// lacking returns the missing permission for which a call was refused. Services
// have different codes for it, and the same status.
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

// prefixes are the services' names in permissions.
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

// otherwise are permissions whose names differ from their operations'.
var otherwise = map[string]string{
	"GetAccount":                      "apigateway:GET",
	"GetPublicAccessBlock":            "s3:GetBucketPublicAccessBlock",
	"GetBucketEncryption":             "s3:GetEncryptionConfiguration",
	"GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
}
