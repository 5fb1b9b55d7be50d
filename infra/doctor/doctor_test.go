package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	apigatewaytypes "github.com/aws/aws-sdk-go-v2/service/apigateway/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cloudformationtypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	lambdatypes "github.com/aws/aws-sdk-go-v2/service/lambda/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	snstypes "github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"systole/tests/support/moto"
)

// denied are the actions that moto's user may not take.
var denied = []string{"dynamodb:DescribeTimeToLive", "s3:GetBucketVersioning", "kms:GetKeyRotationStatus", "sns:ListSubscriptionsByTopic"}

// server is one moto for all tests.
var server = sync.OnceValues(func() (moto.Server, error) { return moto.Start(context.Background(), denied...) })

// stacks numbers the stacks of all tests, which share the server.
var stacks atomic.Int32

// account is an account in moto with a stack, and the answers that moto does not
// give.
type account struct {
	t     *testing.T
	sdk   aws.Config
	stack string

	parameters map[string]string
	status     cloudformationtypes.StackStatus
	resources  map[string]resource
	answers    map[string]any // by operation
}

// newAccount creates an account. If its stack is deployed, it is healthy.
func newAccount(t *testing.T, deployed bool) *account {
	t.Helper()
	m, err := server()
	if err != nil {
		t.Fatal(err)
	}
	a := &account{t: t, stack: fmt.Sprint("stack", stacks.Add(1)), resources: make(map[string]resource), answers: make(map[string]any)}
	// One attempt: moto either answers or has ended.
	a.sdk = aws.Config{Region: home, RetryMaxAttempts: 1, BaseEndpoint: &m.URL, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	a.sdk.APIOptions = append(a.sdk.APIOptions, a.answer)
	a.answers["GetAccountSettings"] = &lambda.GetAccountSettingsOutput{
		AccountLimit: &lambdatypes.AccountLimit{ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: aws.Int32(1000), TotalCodeSize: 75 << 30},
		AccountUsage: &lambdatypes.AccountUsage{TotalCodeSize: 1 << 30},
	}
	a.answers["DescribeLimits"] = &dynamodb.DescribeLimitsOutput{TableMaxReadCapacityUnits: aws.Int64(40000), TableMaxWriteCapacityUnits: aws.Int64(40000)}
	a.answers["GetAccount"] = &apigateway.GetAccountOutput{
		CloudwatchRoleArn: aws.String("arn:aws:iam::123456789012:role/logs"),
		ThrottleSettings:  &apigatewaytypes.ThrottleSettings{RateLimit: 10000, BurstLimit: 5000},
	}
	if deployed {
		a.deploy()
	}
	return a
}

// answer answers in moto's place where moto cannot: stacks, whose templates it
// cannot create, and quotas.
func (a *account) answer(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("answers",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if middleware.GetServiceID(ctx) != cloudformation.ServiceID {
				if out, ok := a.answers[middleware.GetOperationName(ctx)]; ok {
					return middleware.InitializeOutput{Result: out}, middleware.Metadata{}, nil
				}
				return next.HandleInitialize(ctx, in)
			}
			out, err := a.stackAnswer(middleware.GetOperationName(ctx))
			return middleware.InitializeOutput{Result: out}, middleware.Metadata{}, err
		}), middleware.Before)
}

func (a *account) stackAnswer(operation string) (any, error) {
	if a.status == "" {
		return nil, &smithy.GenericAPIError{Code: "ValidationError", Message: "Stack with id " + a.stack + " does not exist"}
	}
	if operation == "DescribeStacks" {
		s := cloudformationtypes.Stack{StackStatus: a.status}
		for key, value := range a.parameters {
			s.Parameters = append(s.Parameters, cloudformationtypes.Parameter{ParameterKey: &key, ParameterValue: &value})
		}
		return &cloudformation.DescribeStacksOutput{Stacks: []cloudformationtypes.Stack{s}}, nil
	}
	out := new(cloudformation.ListStackResourcesOutput)
	for id, r := range a.resources {
		out.StackResourceSummaries = append(out.StackResourceSummaries, cloudformationtypes.StackResourceSummary{LogicalResourceId: &id, ResourceType: &r.kind, PhysicalResourceId: &r.id})
	}
	return out, nil
}

// must returns the value of a call that has to succeed.
func must[T any](t *testing.T) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// deploy creates the template's resources with its properties.
func (a *account) deploy() {
	t, ctx := a.t, a.t.Context()
	a.status, a.parameters = cloudformationtypes.StackStatusCreateComplete, map[string]string{"DeletionProtection": "true"}
	key := must[*kms.CreateKeyOutput](t)(kms.NewFromConfig(a.sdk).CreateKey(ctx, &kms.CreateKeyInput{})).KeyMetadata
	a.resources["Key"] = resource{"AWS::KMS::Key", *key.KeyId}
	must[*kms.EnableKeyRotationOutput](t)(kms.NewFromConfig(a.sdk).EnableKeyRotation(ctx, &kms.EnableKeyRotationInput{KeyId: key.KeyId}))
	for _, id := range []string{"Members", "Tokens"} {
		a.makeTable(id, *key.Arn)
	}
	a.makeBucket(*key.Arn)
	secret := must[*secretsmanager.CreateSecretOutput](t)(secretsmanager.NewFromConfig(a.sdk).CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: aws.String(a.stack + "-keys"), SecretString: aws.String("{}")}))
	a.resources["Keys"] = resource{"AWS::SecretsManager::Secret", *secret.ARN}
	topic := must[*sns.CreateTopicOutput](t)(sns.NewFromConfig(a.sdk).CreateTopic(ctx, &sns.CreateTopicInput{Name: aws.String(a.stack + "-alarms")}))
	a.resources["Alarms"] = resource{"AWS::SNS::Topic", *topic.TopicArn}
	must[*sns.SubscribeOutput](t)(sns.NewFromConfig(a.sdk).Subscribe(ctx, &sns.SubscribeInput{TopicArn: topic.TopicArn, Protocol: aws.String("email"), Endpoint: aws.String("operator@example.com")}))
	for _, id := range []string{"ContractErrors", "CleanupStopped"} {
		a.putAlarm(id, true, *topic.TopicArn)
	}
}

func (a *account) makeTable(id, key string) {
	t, ctx, db := a.t, a.t.Context(), dynamodb.NewFromConfig(a.sdk)
	name := aws.String(a.stack + "-" + id)
	a.resources[id] = resource{"AWS::DynamoDB::Table", *name}
	must[*dynamodb.CreateTableOutput](t)(db.CreateTable(ctx, &dynamodb.CreateTableInput{
		TableName: name, BillingMode: dynamotypes.BillingModePayPerRequest, DeletionProtectionEnabled: aws.Bool(true),
		AttributeDefinitions: []dynamotypes.AttributeDefinition{{AttributeName: aws.String("id"), AttributeType: dynamotypes.ScalarAttributeTypeS}},
		KeySchema:            []dynamotypes.KeySchemaElement{{AttributeName: aws.String("id"), KeyType: dynamotypes.KeyTypeHash}},
		SSESpecification:     &dynamotypes.SSESpecification{Enabled: aws.Bool(true), SSEType: dynamotypes.SSETypeKms, KMSMasterKeyId: &key},
	}))
	a.recovery(id, true)
	a.ttl(id, true)
}

func (a *account) recovery(id string, on bool) {
	must[*dynamodb.UpdateContinuousBackupsOutput](a.t)(dynamodb.NewFromConfig(a.sdk).UpdateContinuousBackups(a.t.Context(), &dynamodb.UpdateContinuousBackupsInput{
		TableName: aws.String(a.resources[id].id), PointInTimeRecoverySpecification: &dynamotypes.PointInTimeRecoverySpecification{PointInTimeRecoveryEnabled: &on},
	}))
}

func (a *account) ttl(id string, on bool) {
	must[*dynamodb.UpdateTimeToLiveOutput](a.t)(dynamodb.NewFromConfig(a.sdk).UpdateTimeToLive(a.t.Context(), &dynamodb.UpdateTimeToLiveInput{
		TableName: aws.String(a.resources[id].id), TimeToLiveSpecification: &dynamotypes.TimeToLiveSpecification{AttributeName: aws.String("expires"), Enabled: &on},
	}))
}

func (a *account) putToken(id string, expires time.Time) {
	must[*dynamodb.PutItemOutput](a.t)(dynamodb.NewFromConfig(a.sdk).PutItem(a.t.Context(), &dynamodb.PutItemInput{
		TableName: aws.String(a.resources["Tokens"].id),
		Item:      map[string]dynamotypes.AttributeValue{"id": &dynamotypes.AttributeValueMemberS{Value: id}, "expires": &dynamotypes.AttributeValueMemberN{Value: fmt.Sprint(expires.Unix())}},
	}))
}

func (a *account) makeBucket(key string) {
	t, ctx, objects := a.t, a.t.Context(), s3.NewFromConfig(a.sdk)
	name, logs := aws.String(a.stack+"-bucket"), aws.String(a.stack+"-logs")
	a.resources["Bucket"] = resource{"AWS::S3::Bucket", *name}
	for _, b := range []*string{name, logs} {
		must[*s3.CreateBucketOutput](t)(objects.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: b, CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: home}}))
	}
	a.block(true)
	a.version(s3types.BucketVersioningStatusEnabled)
	days := func(n int32) *s3types.NoncurrentVersionExpiration {
		return &s3types.NoncurrentVersionExpiration{NoncurrentDays: &n}
	}
	must[*s3.PutBucketLifecycleConfigurationOutput](t)(objects.PutBucketLifecycleConfiguration(ctx, &s3.PutBucketLifecycleConfigurationInput{Bucket: name, LifecycleConfiguration: &s3types.BucketLifecycleConfiguration{Rules: []s3types.LifecycleRule{
		{ID: aws.String("incoming"), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("incoming/")}, Expiration: &s3types.LifecycleExpiration{Days: aws.Int32(1)}, NoncurrentVersionExpiration: days(1)},
		{ID: aws.String("deleted"), Status: s3types.ExpirationStatusEnabled, Filter: &s3types.LifecycleRuleFilter{Prefix: aws.String("")}, NoncurrentVersionExpiration: days(7)},
	}}}))
	must[*s3.PutBucketEncryptionOutput](t)(objects.PutBucketEncryption(ctx, &s3.PutBucketEncryptionInput{Bucket: name, ServerSideEncryptionConfiguration: &s3types.ServerSideEncryptionConfiguration{Rules: []s3types.ServerSideEncryptionRule{
		{ApplyServerSideEncryptionByDefault: &s3types.ServerSideEncryptionByDefault{SSEAlgorithm: s3types.ServerSideEncryptionAwsKms, KMSMasterKeyID: &key}},
	}}}))
	a.answers["GetBucketLogging"] = &s3.GetBucketLoggingOutput{LoggingEnabled: &s3types.LoggingEnabled{TargetBucket: logs}}
}

func (a *account) block(on bool) {
	must[*s3.PutPublicAccessBlockOutput](a.t)(s3.NewFromConfig(a.sdk).PutPublicAccessBlock(a.t.Context(), &s3.PutPublicAccessBlockInput{
		Bucket:                         aws.String(a.resources["Bucket"].id),
		PublicAccessBlockConfiguration: &s3types.PublicAccessBlockConfiguration{BlockPublicAcls: &on, BlockPublicPolicy: aws.Bool(true), IgnorePublicAcls: aws.Bool(true), RestrictPublicBuckets: aws.Bool(true)},
	}))
}

func (a *account) version(status s3types.BucketVersioningStatus) {
	must[*s3.PutBucketVersioningOutput](a.t)(s3.NewFromConfig(a.sdk).PutBucketVersioning(a.t.Context(), &s3.PutBucketVersioningInput{
		Bucket: aws.String(a.resources["Bucket"].id), VersioningConfiguration: &s3types.VersioningConfiguration{Status: status},
	}))
}

func (a *account) putAlarm(id string, on bool, actions ...string) {
	name := a.stack + "-" + id + "-1A2B3C"
	a.resources[id] = resource{"AWS::CloudWatch::Alarm", name}
	must[*cloudwatch.PutMetricAlarmOutput](a.t)(cloudwatch.NewFromConfig(a.sdk).PutMetricAlarm(a.t.Context(), &cloudwatch.PutMetricAlarmInput{
		AlarmName: &name, AlarmDescription: aws.String("It is out of order. infra/runbooks.md#" + strings.ToLower(id)), ActionsEnabled: &on, AlarmActions: actions,
		ComparisonOperator: cloudwatchtypes.ComparisonOperatorGreaterThanThreshold, Threshold: aws.Float64(1), EvaluationPeriods: aws.Int32(1), Period: aws.Int32(60),
		Namespace: aws.String("n"), MetricName: aws.String("m"), Statistic: cloudwatchtypes.StatisticSum,
	}))
}

func (a *account) deleteAlarm(id string) {
	must[*cloudwatch.DeleteAlarmsOutput](a.t)(cloudwatch.NewFromConfig(a.sdk).DeleteAlarms(a.t.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{a.resources[id].id}}))
}

// examined returns the command's output and its status.
func (a *account) examined() (string, int) {
	a.t.Helper()
	var out strings.Builder
	status, err := examine(a.t.Context(), a.sdk, a.stack, time.Now(), &out)
	if err != nil {
		a.t.Fatal(err)
	}
	return out.String(), status
}

func TestAHealthyAccountHasNothingToMend(t *testing.T) {
	a := newAccount(t, true)
	a.putToken("just expired", time.Now().Add(-time.Hour))
	got, status := a.examined()
	if status != wellStatus || strings.Contains(got, string(ill)) {
		t.Errorf("status %d:\n%s", status, got)
	}
	for _, want := range []string{"account 123456789012, region ap-northeast-2", "ok    executions at once: 1000", "ok    table Tokens: there,", "ok    bucket: closed", "ok    key: in use", "ok    alarms: 2, all quiet", "none among 1 that were read", "1 confirmed"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// Before a deployment only the account is examined.
func TestAnAccountWithoutAStackIsExaminedAlone(t *testing.T) {
	a := newAccount(t, false)
	got, status := a.examined()
	if status != wellStatus || !strings.Contains(got, "ok    stack: there is none of this name yet") || !strings.Contains(got, "GatewayLogRole=false") {
		t.Errorf("status %d:\n%s", status, got)
	}
}

// sick are accounts with one defect each, and the command's line on it.
var sick = []struct {
	name string
	make func(a *account)
	want string
}{
	{"a new account", func(a *account) {
		a.answers["GetAccountSettings"].(*lambda.GetAccountSettingsOutput).AccountLimit.ConcurrentExecutions = 10
	}, "MEND  executions at once: 10: of more"},
	{"versions have used the room", func(a *account) {
		a.answers["GetAccountSettings"].(*lambda.GetAccountSettingsOutput).AccountUsage.TotalCodeSize = 70 << 30
	}, "MEND  room for code: 70 of 75 GB"},
	{"a low rate of the gateway", func(a *account) {
		a.answers["GetAccount"].(*apigateway.GetAccountOutput).ThrottleSettings.RateLimit = 500
	}, "MEND  gateway's rate: 500 requests"},
	{"no role for logs", func(a *account) { a.answers["GetAccount"].(*apigateway.GetAccountOutput).CloudwatchRoleArn = nil }, "MEND  gateway's log: the account has no role"},
	{"a deployment that failed", func(a *account) { a.status = cloudformationtypes.StackStatusUpdateRollbackComplete }, "MEND  stack: UPDATE_ROLLBACK_COMPLETE"},
	{"a table that was deleted", func(a *account) {
		a.resources["Activity"] = resource{"AWS::DynamoDB::Table", "no-such-table"}
	}, "MEND  table Activity: no-such-table is gone"},
	{"backups off", func(a *account) { a.recovery("Members", false) }, "MEND  table Members: can't be brought back"},
	{"TTL off", func(a *account) { a.ttl("Tokens", false) }, "MEND  table Tokens: what has expired isn't removed"},
	{"a table that may be deleted", func(a *account) {
		must[*dynamodb.UpdateTableOutput](a.t)(dynamodb.NewFromConfig(a.sdk).UpdateTable(a.t.Context(), &dynamodb.UpdateTableInput{TableName: aws.String(a.resources["Members"].id), DeletionProtectionEnabled: aws.Bool(false)}))
	}, "MEND  table Members: may be deleted"},
	{"tokens that nobody removes", func(a *account) { a.putToken("old", time.Now().Add(-72*time.Hour)) }, "MEND  expired tokens: 1 of 1 that were read"},
	{"an open bucket", func(a *account) { a.block(false) }, "MEND  bucket: public access isn't blocked"},
	{"no versions", func(a *account) { a.version(s3types.BucketVersioningStatusSuspended) }, "MEND  bucket: what is deleted by mistake"},
	{"no life cycle", func(a *account) {
		must[*s3.DeleteBucketLifecycleOutput](a.t)(s3.NewFromConfig(a.sdk).DeleteBucketLifecycle(a.t.Context(), &s3.DeleteBucketLifecycleInput{Bucket: aws.String(a.resources["Bucket"].id)}))
	}, "MEND  bucket: older versions or unused uploads stay"},
	{"no encryption", func(a *account) {
		must[*s3.DeleteBucketEncryptionOutput](a.t)(s3.NewFromConfig(a.sdk).DeleteBucketEncryption(a.t.Context(), &s3.DeleteBucketEncryptionInput{Bucket: aws.String(a.resources["Bucket"].id)}))
	}, "MEND  bucket: isn't encrypted"},
	{"no access log", func(a *account) { delete(a.answers, "GetBucketLogging") }, "MEND  bucket: nobody can tell who read"},
	{"a bucket that was deleted", func(a *account) { a.resources["Bucket"] = resource{"AWS::S3::Bucket", "no-such-bucket"} }, "MEND  bucket: no-such-bucket is gone"},
	{"a key that isn't rotated", func(a *account) {
		must[*kms.DisableKeyRotationOutput](a.t)(kms.NewFromConfig(a.sdk).DisableKeyRotation(a.t.Context(), &kms.DisableKeyRotationInput{KeyId: aws.String(a.resources["Key"].id)}))
	}, "MEND  key: isn't rotated"},
	{"a key that is switched off", func(a *account) {
		must[*kms.DisableKeyOutput](a.t)(kms.NewFromConfig(a.sdk).DisableKey(a.t.Context(), &kms.DisableKeyInput{KeyId: aws.String(a.resources["Key"].id)}))
	}, "MEND  key: is disabled: nothing can be read"},
	{"a key about to go", func(a *account) {
		must[*kms.ScheduleKeyDeletionOutput](a.t)(kms.NewFromConfig(a.sdk).ScheduleKeyDeletion(a.t.Context(), &kms.ScheduleKeyDeletionInput{KeyId: aws.String(a.resources["Key"].id)}))
	}, "MEND  key: will be deleted on"},
	{"keys about to go", func(a *account) {
		must[*secretsmanager.DeleteSecretOutput](a.t)(secretsmanager.NewFromConfig(a.sdk).DeleteSecret(a.t.Context(), &secretsmanager.DeleteSecretInput{SecretId: aws.String(a.resources["Keys"].id)}))
	}, "MEND  keys: the secret will be deleted"},
	{"alarms for nobody", func(a *account) {
		a.answers["ListSubscriptionsByTopic"] = new(sns.ListSubscriptionsByTopicOutput)
	}, "MEND  who is told of alarms: nobody"},
	{"a mail that nobody confirmed", func(a *account) {
		a.answers["ListSubscriptionsByTopic"] = &sns.ListSubscriptionsByTopicOutput{Subscriptions: []snstypes.Subscription{
			{Endpoint: aws.String("operator@example.com"), Protocol: aws.String("email"), SubscriptionArn: aws.String(pending)},
		}}
	}, "MEND  who is told of alarms: operator@example.com hasn't confirmed"},
	{"an alarm that was deleted", func(a *account) { a.deleteAlarm("ContractErrors") }, "MEND  alarm ContractErrors: is gone"},
	{"an alarm that is off", func(a *account) { a.putAlarm("ContractErrors", false, a.resources["Alarms"].id) }, "MEND  alarm ContractErrors: is switched off"},
	{"an alarm that tells nobody", func(a *account) { a.putAlarm("ContractErrors", true) }, "MEND  alarm ContractErrors: tells nobody"},
	{"an alarm that is on", func(a *account) {
		must[*cloudwatch.SetAlarmStateOutput](a.t)(cloudwatch.NewFromConfig(a.sdk).SetAlarmState(a.t.Context(), &cloudwatch.SetAlarmStateInput{
			AlarmName: aws.String(a.resources["ContractErrors"].id), StateValue: cloudwatchtypes.StateValueAlarm, StateReason: aws.String("3 errors"),
		}))
	}, "MEND  alarm ContractErrors: is on: 3 errors\n      -> infra/runbooks.md#contracterrors"},
	{"another region", func(a *account) { a.sdk.Region = "us-east-1" }, "note  region: us-east-1, and not ap-northeast-2"},
}

func TestASickAccountIsToldWhatToMend(t *testing.T) {
	for _, tt := range sick {
		t.Run(tt.name, func(t *testing.T) {
			a := newAccount(t, true)
			tt.make(a)
			got, status := a.examined()
			if !strings.Contains(got, tt.want) {
				t.Errorf("no %q in\n%s", tt.want, got)
			}
			if strings.HasPrefix(tt.want, string(ill)) && (status != mendStatus || strings.Count(got, "\n"+string(ill)) != 1) {
				t.Errorf("status %d, and one thing is wrong:\n%s", status, got)
			}
		})
	}
}

// The two plain alarms of a composite alarm notify nobody, and need not.
func TestHalvesOfAnAlarmTellNobody(t *testing.T) {
	a := newAccount(t, true)
	a.putAlarm("AvailabilityIn1h", true)
	a.putAlarm("AvailabilityIn5m", true)
	if got, _ := a.examined(); strings.Count(got, "tells nobody") != 2 {
		t.Errorf("they are not part of any:\n%s", got)
	}
	a.resources["AvailabilityBurnsFast"] = resource{"AWS::CloudWatch::CompositeAlarm", "arn:aws:cloudwatch:ap-northeast-2:123456789012:alarm:" + a.stack + "-fast"}
	there := must[*cloudwatch.DescribeAlarmsOutput](t)(cloudwatch.NewFromConfig(a.sdk).DescribeAlarms(t.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNamePrefix: &a.stack}))
	there.CompositeAlarms = append(there.CompositeAlarms, cloudwatchtypes.CompositeAlarm{
		AlarmName: aws.String(a.stack + "-fast"), ActionsEnabled: aws.Bool(true), AlarmActions: []string{a.resources["Alarms"].id},
		AlarmRule: aws.String(fmt.Sprintf("ALARM(%q) AND ALARM(%q)", a.resources["AvailabilityIn1h"].id, a.resources["AvailabilityIn5m"].id)),
	})
	a.answers["DescribeAlarms"] = there
	if got, status := a.examined(); status != wellStatus || !strings.Contains(got, "ok    alarms: 5, all quiet") {
		t.Errorf("status %d:\n%s", status, got)
	}
}

// moto's IAM refuses what the user's policy denies.
func TestAMissingPermissionIsNamed(t *testing.T) {
	a := newAccount(t, true)
	m, err := server()
	if err != nil {
		t.Fatal(err)
	}
	authorise := func(after string) {
		answer, err := http.Post(m.URL+"/moto-api/reset-auth", "text/plain", strings.NewReader(after))
		if err != nil {
			t.Fatal(err)
		}
		io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
	}
	authorise("0")
	defer authorise("inf")
	a.sdk.Credentials = credentials.NewStaticCredentialsProvider(m.ID, m.Secret, "")
	got, status := a.examined()
	if status != unknownStatus {
		t.Errorf("status %d:\n%s", status, got)
	}
	for _, action := range denied {
		if !strings.Contains(got, "lack the permission "+action) {
			t.Errorf("%s isn't named:\n%s", action, got)
		}
	}
	if n := strings.Count(got, "\n? "); n != len(denied)-1+2 { // TTL is read for two tables
		t.Errorf("%d are not told:\n%s", n, got)
	}
}

func TestWithoutCredentialsNothingIsExamined(t *testing.T) {
	a := newAccount(t, false)
	a.sdk.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
		return aws.Credentials{}, fmt.Errorf("no credentials")
	})
	status, err := examine(t.Context(), a.sdk, a.stack, time.Now(), io.Discard)
	if status != unknownStatus || err == nil {
		t.Errorf("status %d, %v", status, err)
	}
}

// The table of services has the name that permissions use for each client's
// service.
func TestEveryServiceHasItsWordInPermissions(t *testing.T) {
	for _, id := range []string{sts.ServiceID, cloudformation.ServiceID, lambda.ServiceID, apigateway.ServiceID, dynamodb.ServiceID, s3.ServiceID, kms.ServiceID, secretsmanager.ServiceID, sns.ServiceID, cloudwatch.ServiceID} {
		if prefixes[id] == "" {
			t.Errorf("%s has none", id)
		}
	}
}
