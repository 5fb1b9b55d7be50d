package template

import (
	"reflect"
	"systole/shared/cleanup"
	"systole/shared/store"
	"testing"
)

func TestTablesAreSafe(t *testing.T) {
	template := load(t)
	for id, table := range resources(t, template, "AWS::DynamoDB::Table") {
		if table["DeletionPolicy"] != "RetainExceptOnCreate" || table["UpdateReplacePolicy"] != "Retain" {
			t.Errorf("%s goes with the stack", id)
		}
		p := table["Properties"]
		if at(p, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled") != true {
			t.Errorf("%s can't be brought back", id)
		}
		want := object{"SSEEnabled": true, "SSEType": "KMS", "KMSMasterKeyId": arn("Key")}
		if got := at(p, "SSESpecification"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is encrypted with %v", id, got)
		}
		if at(p, "BillingMode") != "PAY_PER_REQUEST" {
			t.Errorf("%s has a capacity that load can exceed", id)
		}
		if !reflect.DeepEqual(at(p, "DeletionProtectionEnabled"), ref("DeletionProtection")) {
			t.Errorf("%s isn't protected from deletion", id)
		}
	}
}

func TestExpiredTokensGoByThemselves(t *testing.T) {
	got := at(load(t), "Resources", "Tokens", "Properties", "TimeToLiveSpecification")
	if want := (object{"AttributeName": "expires", "Enabled": true}); !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestTheKeyIsRotatedAndOutlivesTheStack(t *testing.T) {
	for id, key := range resources(t, load(t), "AWS::KMS::Key") {
		if at(key, "Properties", "EnableKeyRotation") != true || key["DeletionPolicy"] != "RetainExceptOnCreate" {
			t.Errorf("%s: %v", id, key)
		}
	}
}

func TestBucketsAreClosed(t *testing.T) {
	template := load(t)
	for id, bucket := range resources(t, template, "AWS::S3::Bucket") {
		if bucket["DeletionPolicy"] != "RetainExceptOnCreate" || bucket["UpdateReplacePolicy"] != "Retain" {
			t.Errorf("%s goes with the stack", id)
		}
		p := bucket["Properties"]
		for _, block := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
			if at(p, "PublicAccessBlockConfiguration", block) != true {
				t.Errorf("%s: no %s", id, block)
			}
		}
		if id == "AccessLogs" {
			continue // S3 writes no logs to a bucket with a KMS key
		}
		rule := list(at(p, "BucketEncryption", "ServerSideEncryptionConfiguration"))[0]
		want := object{"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": arn("Key")}
		if got := at(rule, "ServerSideEncryptionByDefault"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is encrypted with %v", id, got)
		}
		if at(rule, "BucketKeyEnabled") != true {
			t.Errorf("%s asks KMS for each object", id)
		}
	}
	for id, policy := range resources(t, template, "AWS::S3::BucketPolicy") {
		denied := false
		for _, s := range list(at(policy, "Properties", "PolicyDocument", "Statement")) {
			if at(s, "Effect") != "Deny" && !(id == "AccessLogsPolicy" && at(s, "Principal", "Service") == "logging.s3.amazonaws.com") {
				t.Errorf("%s lets somebody in: %v", id, s)
			}
			denied = denied || at(s, "Condition", "Bool", "aws:SecureTransport") == "false" && at(s, "Action") == "s3:*"
		}
		if !denied {
			t.Errorf("%s: plain HTTP isn't refused", id)
		}
	}
}

// Requests for biometric objects are logged, and the logs are deleted with the
// others.
func TestRequestsForObjectsAreLogged(t *testing.T) {
	template := load(t)
	if got := at(template, "Resources", "Bucket", "Properties", "LoggingConfiguration", "DestinationBucketName"); !reflect.DeepEqual(got, ref("AccessLogs")) {
		t.Errorf("logged to %v", got)
	}
	rule := list(at(template, "Resources", "AccessLogs", "Properties", "LifecycleConfiguration", "Rules"))[0]
	if !reflect.DeepEqual(at(rule, "ExpirationInDays"), ref("LogRetentionDays")) || at(rule, "Status") != "Enabled" || at(rule, "Prefix") != nil {
		t.Errorf("the log goes by %v", rule)
	}
}

func TestObjectsGoInTime(t *testing.T) {
	p := at(load(t), "Resources", "Bucket", "Properties")
	if at(p, "VersioningConfiguration", "Status") != "Enabled" {
		t.Error("a deletion by mistake would be final")
	}
	got := make(map[string]object)
	for _, r := range list(at(p, "LifecycleConfiguration", "Rules")) {
		rule := r.(object)
		got[rule["Id"].(string)] = rule
		delete(rule, "Id")
	}
	want := map[string]object{
		"uploads": {
			"Status":           object{"Fn::If": []any{"KeepsUploads", "Enabled", "Disabled"}},
			"Prefix":           store.RecordingPrefix,
			"ExpirationInDays": object{"Fn::If": []any{"KeepsUploads", ref("UploadsKeepDays"), 1}},
			// An older version outlives the data's stated time by no more than this.
			"NoncurrentVersionExpiration": object{"NoncurrentDays": 1},
		},
		"incoming": {
			"Status":                      "Enabled",
			"Prefix":                      store.IncomingPrefix,
			"ExpirationInDays":            int(cleanup.IncomingKeep.Hours() / 24),
			"NoncurrentVersionExpiration": object{"NoncurrentDays": 1},
		},
		"deleted": {
			"Status":                      "Enabled",
			"NoncurrentVersionExpiration": object{"NoncurrentDays": ref("DeletedKeepDays")},
			"ExpiredObjectDeleteMarker":   true,
		},
		"unfinished": {
			"Status":                         "Enabled",
			"AbortIncompleteMultipartUpload": object{"DaysAfterInitiation": 1},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestLogsAreEncryptedAndGoInTime(t *testing.T) {
	for id, log := range resources(t, load(t), "AWS::Logs::LogGroup") {
		if !reflect.DeepEqual(at(log, "Properties", "RetentionInDays"), ref("LogRetentionDays")) {
			t.Errorf("%s is kept for %v days", id, at(log, "Properties", "RetentionInDays"))
		}
		if !reflect.DeepEqual(at(log, "Properties", "KmsKeyId"), arn("Key")) {
			t.Errorf("%s is encrypted with %v", id, at(log, "Properties", "KmsKeyId"))
		}
	}
}
