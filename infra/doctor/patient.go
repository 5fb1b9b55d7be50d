package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sts"
)

// patient is an account with, or without, a stack.
type patient struct {
	name    string // the stack's
	region  string
	now     time.Time
	account string
	caller  string // the ARN of the credentials
	logRole string // with which API Gateway writes logs

	resources map[string]resource // the stack's, by their logical ids
	settings  map[string]string   // the stack's parameters

	// The clients, one per service.
	identities *sts.Client
	stacks     *cloudformation.Client
	functions  *lambda.Client
	gateways   *apigateway.Client
	databases  *dynamodb.Client
	buckets    *s3.Client
	keys       *kms.Client
	secrets    *secretsmanager.Client
	topics     *sns.Client
	watches    *cloudwatch.Client
}

// resource is a resource of the stack.
type resource struct{ kind, id string }

func newPatient(sdk aws.Config, stack string, now time.Time) *patient {
	return &patient{
		name: stack, region: sdk.Region, now: now,
		identities: sts.NewFromConfig(sdk),
		stacks:     cloudformation.NewFromConfig(sdk),
		functions:  lambda.NewFromConfig(sdk),
		gateways:   apigateway.NewFromConfig(sdk),
		databases:  dynamodb.NewFromConfig(sdk),
		buckets:    s3.NewFromConfig(sdk),
		keys:       kms.NewFromConfig(sdk),
		secrets:    secretsmanager.NewFromConfig(sdk),
		topics:     sns.NewFromConfig(sdk),
		watches:    cloudwatch.NewFromConfig(sdk),
	}
}

// identify finds the identity of the credentials: without valid ones nothing can
// be examined.
func (p *patient) identify(ctx context.Context) error {
	who, err := p.identities.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
	if err != nil {
		return err
	}
	p.account, p.caller = aws.ToString(who.Account), aws.ToString(who.Arn)
	return nil
}

// findResources lists the stack's resources; false if there is no stack.
func (p *patient) findResources(ctx context.Context) (deployed bool, err error) {
	out, err := p.stacks.DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: &p.name})
	if absent(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	p.settings = make(map[string]string)
	for _, s := range out.Stacks {
		for _, parameter := range s.Parameters {
			p.settings[aws.ToString(parameter.ParameterKey)] = aws.ToString(parameter.ParameterValue)
		}
		p.settings[statusSetting] = string(s.StackStatus)
	}
	p.resources = make(map[string]resource)
	pages := cloudformation.NewListStackResourcesPaginator(p.stacks, &cloudformation.ListStackResourcesInput{StackName: &p.name})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return false, err
		}
		for _, r := range page.StackResourceSummaries {
			p.resources[aws.ToString(r.LogicalResourceId)] = resource{aws.ToString(r.ResourceType), aws.ToString(r.PhysicalResourceId)}
		}
	}
	return true, nil
}

// statusSetting is the key of the stack's status among its parameters, none of
// which begins with a dot.
const statusSetting = ".status"
