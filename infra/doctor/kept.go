package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"systole/shared/store"
)

// tables examines whether each table exists, can be restored, expires rows, and
// is encrypted and protected.
func (p *patient) tables(ctx context.Context) (found []finding) {
	for _, id := range p.of("AWS::DynamoDB::Table") {
		name := p.resources[id].id
		was := len(found)
		look := func(f finding) { found = append(found, f) }
		what := "table " + id
		out, err := p.databases.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
		switch {
		case gone(err):
			look(finding{ill, what, name + " is gone", "restore it: infra/README.md, \"Restore from backup\""})
			continue
		case err != nil:
			look(untold(what, err))
		default:
			p.examineTable(what, name, out.Table, look)
		}
		backups, err := p.databases.DescribeContinuousBackups(ctx, &dynamodb.DescribeContinuousBackupsInput{TableName: &name})
		if err != nil {
			look(untold(what+", backups", err))
		} else if !restorable(backups.ContinuousBackupsDescription) {
			look(finding{ill, what, "can't be brought back: point-in-time recovery is off",
				"aws dynamodb update-continuous-backups --point-in-time-recovery-specification PointInTimeRecoveryEnabled=true --table-name " + name})
		}
		ttl, err := p.databases.DescribeTimeToLive(ctx, &dynamodb.DescribeTimeToLiveInput{TableName: &name})
		if err != nil {
			look(untold(what+", TTL", err))
		} else if !expires(ttl.TimeToLiveDescription) {
			look(finding{ill, what, "what has expired isn't removed: its TTL is off, or of another attribute",
				"aws dynamodb update-time-to-live --time-to-live-specification Enabled=true,AttributeName=" + ttlAttribute + " --table-name " + name})
		}
		if len(found) == was {
			look(finding{well, what, "there, with backups and TTL, encrypted", ""})
		}
	}
	return found
}

// restorable reports whether a table can be restored to any second of the last weeks.
func restorable(d *dynamotypes.ContinuousBackupsDescription) bool {
	if d == nil || d.PointInTimeRecoveryDescription == nil {
		return false
	}
	return d.PointInTimeRecoveryDescription.PointInTimeRecoveryStatus == dynamotypes.PointInTimeRecoveryStatusEnabled
}

// expires reports whether a table deletes rows by the attribute with their expiry.
func expires(d *dynamotypes.TimeToLiveDescription) bool {
	return d != nil && d.TimeToLiveStatus == dynamotypes.TimeToLiveStatusEnabled && aws.ToString(d.AttributeName) == ttlAttribute
}

// ttlAttribute is the attribute with a row's expiry, in seconds.
const ttlAttribute = "expires"

func (p *patient) examineTable(what, name string, t *dynamotypes.TableDescription, look func(finding)) {
	if t.TableStatus != dynamotypes.TableStatusActive {
		look(finding{ill, what, "its status is " + string(t.TableStatus), "aws dynamodb describe-table --table-name " + name})
	}
	if t.SSEDescription == nil || t.SSEDescription.Status != dynamotypes.SSEStatusEnabled {
		look(finding{ill, what, "isn't encrypted with the stack's key", "deploy again"})
	}
	if p.settings["DeletionProtection"] != "false" && !aws.ToBool(t.DeletionProtectionEnabled) {
		look(finding{ill, what, "may be deleted", "aws dynamodb update-table --deletion-protection-enabled --table-name " + name})
	}
}

// Expired tokens are refused even while they are stored; DynamoDB removes them
// within about two days, and clean-up before that.
const (
	expiredFor = 48 * time.Hour
	tokenPages = 10 // of 1 MB: 1,280 reads, some 0.0002 dollars
)

// tokens looks for expired tokens that are still stored.
func (p *patient) tokens(ctx context.Context) []finding {
	table := p.resources["Tokens"].id
	number, read := 0, 0
	pages := dynamodb.NewScanPaginator(p.databases, &dynamodb.ScanInput{
		TableName: &table, Select: dynamotypes.SelectCount,
		FilterExpression:          aws.String("#e < :then"),
		ExpressionAttributeNames:  map[string]string{"#e": ttlAttribute},
		ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{":then": &dynamotypes.AttributeValueMemberN{Value: fmt.Sprint(p.now.Add(-expiredFor).Unix())}},
	})
	for n := 0; pages.HasMorePages() && n < tokenPages; n++ {
		page, err := pages.NextPage(ctx)
		if gone(err) {
			return nil // the finding on the table covers it
		}
		if err != nil {
			return []finding{untold("expired tokens", err)}
		}
		number, read = number+int(page.Count), read+int(page.ScannedCount)
	}
	if number > 0 {
		return []finding{{ill, "expired tokens", fmt.Sprintf("%d of %d that were read have been there for two days: neither TTL nor clean-up removes them", number, read),
			"infra/runbooks.md#cleanupstopped"}}
	}
	return []finding{{well, "expired tokens", fmt.Sprintf("none among %d that were read", read), ""}}
}

// bucket examines whether the bucket is closed, encrypted, logged, and expires
// objects.
func (p *patient) bucket(ctx context.Context) (found []finding) {
	name := p.resources["Bucket"].id
	look := func(f finding) { found = append(found, f) }
	if _, err := p.buckets.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: &name}); gone(err) {
		return []finding{{ill, "bucket", name + " is gone, and all templates with it", "members enrol again, in a bucket of a new stack"}}
	}
	const deploy = "deploy again, or set it by hand: template.yaml, Bucket"
	block, err := p.buckets.GetPublicAccessBlock(ctx, &s3.GetPublicAccessBlockInput{Bucket: &name})
	switch {
	case err != nil && !gone(err):
		look(untold("bucket, public access", err))
	case err != nil || !closed(block.PublicAccessBlockConfiguration):
		look(finding{ill, "bucket", "public access isn't blocked",
			"aws s3api put-public-access-block --public-access-block-configuration BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true --bucket " + name})
	}
	versions, err := p.buckets.GetBucketVersioning(ctx, &s3.GetBucketVersioningInput{Bucket: &name})
	switch {
	case err != nil:
		look(untold("bucket, versions", err))
	case versions.Status != s3types.BucketVersioningStatusEnabled:
		look(finding{ill, "bucket", "what is deleted by mistake can't be brought back: versioning is off", "aws s3api put-bucket-versioning --versioning-configuration Status=Enabled --bucket " + name})
	}
	rules, err := p.buckets.GetBucketLifecycleConfiguration(ctx, &s3.GetBucketLifecycleConfigurationInput{Bucket: &name})
	switch {
	case err != nil && !gone(err):
		look(untold("bucket, life cycle", err))
	case err != nil || !forgets(rules.Rules):
		look(finding{ill, "bucket", "older versions or unused uploads stay for good: the rules of its life cycle aren't the template's", deploy})
	}
	sse, err := p.buckets.GetBucketEncryption(ctx, &s3.GetBucketEncryptionInput{Bucket: &name})
	switch {
	case err != nil && !gone(err):
		look(untold("bucket, encryption", err))
	case err != nil || !sealed(sse.ServerSideEncryptionConfiguration):
		look(finding{ill, "bucket", "isn't encrypted with a key of KMS by default", deploy})
	}
	log, err := p.buckets.GetBucketLogging(ctx, &s3.GetBucketLoggingInput{Bucket: &name})
	switch {
	case err != nil:
		look(untold("bucket, log", err))
	case log.LoggingEnabled == nil:
		look(finding{ill, "bucket", "nobody can tell who read an object: its access log is off", deploy})
	}
	if len(found) == 0 {
		look(finding{well, "bucket", "closed, encrypted, logged, with versions and a life cycle", ""})
	}
	return found
}

func closed(b *s3types.PublicAccessBlockConfiguration) bool {
	return b != nil && aws.ToBool(b.BlockPublicAcls) && aws.ToBool(b.BlockPublicPolicy) && aws.ToBool(b.IgnorePublicAcls) && aws.ToBool(b.RestrictPublicBuckets)
}

// forgets reports whether older versions of all objects expire, and unused
// uploads.
func forgets(rules []s3types.LifecycleRule) bool {
	has := func(match func(r s3types.LifecycleRule, prefix string) bool) bool {
		return slices.ContainsFunc(rules, func(r s3types.LifecycleRule) bool {
			//lint:ignore SA1019 CloudFormation writes rules with it, as template.yaml has them
			prefix := aws.ToString(r.Prefix)
			if r.Filter != nil && r.Filter.Prefix != nil {
				prefix = *r.Filter.Prefix
			}
			return r.Status == s3types.ExpirationStatusEnabled && match(r, prefix)
		})
	}
	return has(func(r s3types.LifecycleRule, prefix string) bool {
		return prefix == "" && r.NoncurrentVersionExpiration != nil
	}) && has(func(r s3types.LifecycleRule, prefix string) bool {
		return prefix == store.IncomingPrefix && r.Expiration != nil && aws.ToInt32(r.Expiration.Days) == 1
	})
}

func sealed(c *s3types.ServerSideEncryptionConfiguration) bool {
	return c != nil && slices.ContainsFunc(c.Rules, func(r s3types.ServerSideEncryptionRule) bool {
		d := r.ApplyServerSideEncryptionByDefault
		return d != nil && d.SSEAlgorithm == s3types.ServerSideEncryptionAwsKms && aws.ToString(d.KMSMasterKeyID) != ""
	})
}

// key examines whether the key is usable and rotated.
func (p *patient) key(ctx context.Context) []finding {
	id := p.resources["Key"].id
	out, err := p.keys.DescribeKey(ctx, &kms.DescribeKeyInput{KeyId: &id})
	if err != nil {
		return []finding{untold("key", err)}
	}
	switch out.KeyMetadata.KeyState {
	case kmstypes.KeyStateEnabled:
	case kmstypes.KeyStatePendingDeletion:
		return []finding{{ill, "key", fmt.Sprintf("will be deleted on %s, and all data with it", aws.ToTime(out.KeyMetadata.DeletionDate).Format(time.DateOnly)),
			"aws kms cancel-key-deletion --key-id " + id + "\naws kms enable-key --key-id " + id}}
	default:
		return []finding{{ill, "key", "is " + strings.ToLower(string(out.KeyMetadata.KeyState)) + ": nothing can be read", "aws kms enable-key --key-id " + id}}
	}
	rotation, err := p.keys.GetKeyRotationStatus(ctx, &kms.GetKeyRotationStatusInput{KeyId: &id})
	if err != nil {
		return []finding{untold("key, rotation", err)}
	}
	if !rotation.KeyRotationEnabled {
		return []finding{{ill, "key", "isn't rotated", "aws kms enable-key-rotation --key-id " + id}}
	}
	return []finding{{well, "key", "in use, rotated each year", ""}}
}

// keysOld is the age at which a rotation of the service's own keys is due.
const keysOld = 400 * 24 * time.Hour

// secret examines whether the service's keys exist, without reading them.
func (p *patient) secret(ctx context.Context) []finding {
	id := p.resources["Keys"].id
	out, err := p.secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: &id})
	if gone(err) {
		return []finding{{ill, "keys", "the secret is gone: no template can be opened", "write the keys that operate's keys save has kept into a new secret"}}
	}
	if err != nil {
		return []finding{untold("keys", err)}
	}
	if out.DeletedDate != nil {
		return []finding{{ill, "keys", "the secret will be deleted, and no template can be opened then", "aws secretsmanager restore-secret --secret-id " + id}}
	}
	current := false
	for _, stages := range out.VersionIdsToStages {
		current = current || slices.Contains(stages, "AWSCURRENT")
	}
	if !current {
		return []finding{{ill, "keys", "the secret has no value", "aws secretsmanager list-secret-version-ids --secret-id " + id}}
	}
	changed := aws.ToTime(out.LastChangedDate)
	if out.LastChangedDate != nil && p.now.Sub(changed) > keysOld {
		return []finding{{note, "keys", "last rotated on " + changed.Format(time.DateOnly), "go run ./infra/operate -aws keys rotate: infra/README.md, \"Rotate keys\""}}
	}
	return []finding{{well, "keys", "the secret is there", ""}}
}

// of returns the logical ids of the stack's resources of a type.
func (p *patient) of(kind string) (ids []string) {
	for id, r := range p.resources {
		if r.kind == kind {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}
