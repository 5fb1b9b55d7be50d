package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/smithy-go"
)

// Limits that an account should have before members come. A new account has lower
// ones.
const (
	executionsWanted = 1000  // concurrent ones of Lambda; the gateway alone lets more through
	gatewayRate      = 10000 // requests a second, AWS's default
	tablesInAll      = 2500  // AWS's default of a region
	stackTables      = 4
)

// identity reports the region of members' data, and the identity that deploys.
func (p *patient) identity(context.Context) []finding {
	found := []finding{{well, "region", p.region, ""}}
	if p.region != home {
		found[0] = finding{note, "region", fmt.Sprintf("%s, and not %s: members' ECGs would lie there", p.region, home),
			"where members live in Korea, deploy in " + home + ": infra/README.md, \"Where the data lies\""}
	}
	if strings.HasSuffix(p.caller, ":root") {
		found = append(found, finding{note, "credentials", "of the account's root, which nothing restrains", "use a role"})
	}
	return found
}

// lambda examines the limit of concurrent executions, and the room for versions.
func (p *patient) lambda(ctx context.Context) []finding {
	out, err := p.functions.GetAccountSettings(ctx, &lambda.GetAccountSettingsInput{})
	if err != nil {
		return []finding{untold("executions at once", err)}
	}
	limit, left := out.AccountLimit.ConcurrentExecutions, aws.ToInt32(out.AccountLimit.UnreservedConcurrentExecutions)
	executions := finding{well, "executions at once", fmt.Sprintf("%d, of which %d aren't reserved", limit, left), ""}
	if limit < executionsWanted {
		executions = finding{ill, "executions at once", fmt.Sprintf("%d: of more requests at one moment some would be answered 503", limit),
			fmt.Sprintf("aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value %d --region %s\nAWS takes hours to days; keep LimitConcurrency=false until then", executionsWanted, p.region)}
		if limit > 100 {
			executions.how = fmt.Sprintf("%d of %d that AWS gives on request", limit, executionsWanted)
		}
	}
	found := []finding{executions}
	if used, all := out.AccountUsage.TotalCodeSize, out.AccountLimit.TotalCodeSize; all > 0 && used > all*8/10 {
		found = append(found, finding{ill, "room for code", fmt.Sprintf("%d of %d GB are used: a deployment publishes a version of each function and fails without room", used>>30, all>>30),
			"delete old versions: aws lambda list-versions-by-function, aws lambda delete-function --qualifier"})
	}
	return found
}

// gateway examines the account's rate of requests, and its role for logs.
func (p *patient) gateway(ctx context.Context) []finding {
	out, err := p.gateways.GetAccount(ctx, &apigateway.GetAccountInput{})
	if err != nil {
		return []finding{untold("gateway", err)}
	}
	p.logRole = aws.ToString(out.CloudwatchRoleArn)
	rate := finding{well, "gateway's rate", "not told by this account", ""}
	if t := out.ThrottleSettings; t != nil {
		rate.how = fmt.Sprintf("%.0f requests a second, %d at once, of all APIs together", t.RateLimit, t.BurstLimit)
		if t.RateLimit < gatewayRate {
			rate.level = ill
			rate.toBeDone = fmt.Sprintf("aws service-quotas request-service-quota-increase --service-code apigateway --quota-code L-8A5B8E43 --desired-value %d --region %s", gatewayRate, p.region)
		}
	}
	return []finding{rate}
}

// dynamo examines the account's throughput, and the room for tables.
func (p *patient) dynamo(ctx context.Context) []finding {
	limits, err := p.databases.DescribeLimits(ctx, &dynamodb.DescribeLimitsInput{})
	if err != nil {
		return []finding{untold("tables' throughput", err)}
	}
	found := []finding{{well, "tables' throughput", fmt.Sprintf("%d reads and %d writes a second of a table", aws.ToInt64(limits.TableMaxReadCapacityUnits), aws.ToInt64(limits.TableMaxWriteCapacityUnits)), ""}}
	number := 0
	pages := dynamodb.NewListTablesPaginator(p.databases, &dynamodb.ListTablesInput{})
	for pages.HasMorePages() && number <= tablesInAll {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return append(found, untold("room for tables", err))
		}
		number += len(page.TableNames)
	}
	if number > tablesInAll-stackTables {
		return append(found, finding{ill, "room for tables", fmt.Sprintf("%d of %d are in use", number, tablesInAll),
			"aws service-quotas request-service-quota-increase --service-code dynamodb --quota-code L-F98FE922 --desired-value 5000 --region " + p.region})
	}
	return append(found, finding{well, "room for tables", fmt.Sprintf("%d of %d are in use", number, tablesInAll), ""})
}

// absent reports whether a stack doesn't exist, for which CloudFormation returns
// a validation error.
func absent(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) && refusal.ErrorCode() == "ValidationError" && strings.Contains(refusal.ErrorMessage(), "does not exist")
}

// beforehand reports what the first deployment will meet.
func (p *patient) beforehand() []finding {
	found := []finding{{well, "stack", "there is none of this name yet", ""}}
	if p.logRole != "" {
		found = append(found, finding{note, "gateway's log", "the account has a role for it already, " + p.logRole, "deploy with GatewayLogRole=false, which leaves it alone"})
	}
	return found
}

// stackStatus examines the outcome of the last deployment, and whether the
// gateway may log.
func (p *patient) stackStatus(context.Context) []finding {
	status := p.settings[statusSetting]
	found := []finding{{well, "stack", status, ""}}
	switch {
	case strings.HasSuffix(status, "_IN_PROGRESS"):
		found[0] = finding{note, "stack", status + ": a deployment is under way", "run again after it"}
	case strings.Contains(status, "FAILED") || strings.Contains(status, "ROLLBACK"):
		found[0] = finding{ill, "stack", status + ": the last deployment failed", "aws cloudformation describe-stack-events --stack-name " + p.name + " --query \"StackEvents[?contains(ResourceStatus,'FAILED')].[LogicalResourceId,ResourceStatusReason]\" --output text"}
	}
	logs := finding{well, "gateway's log", "by " + p.logRole, ""}
	if p.logRole == "" {
		logs = finding{ill, "gateway's log", "the account has no role for it: nothing is logged of what the gateway answers", "deploy with GatewayLogRole=true"}
	}
	return append(found, logs)
}
