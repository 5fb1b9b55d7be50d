package main

import (
	"crypto/rand"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"systole/tests/support/long"
	"systole/tests/support/moto"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// drill is a deployment in moto that is lost and restored.
type drill struct {
	tables  *dynamodb.Client
	objects *s3.Client
	backups map[string]string // ARN of each table's backup, by the variable that names the table
}

var tableVariables = map[string]string{
	"MEMBERS_TABLE": servers.MembersTable, "TOKENS_TABLE": servers.TokensTable, "ACTIVITY_TABLE": servers.ActivityTable, "GRANTS_TABLE": servers.GrantsTable,
}

func newDrill(t *testing.T) (*drill, *running) {
	t.Helper()
	m, err := moto.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.Stop)
	for _, variable := range (servers.AWS{DynamoDB: m.URL, S3: m.URL, Secrets: m.URL}).Environment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	sdk := servers.Config(t)
	sdk.BaseEndpoint = &m.URL
	d := &drill{tables: dynamodb.NewFromConfig(sdk), objects: s3.NewFromConfig(sdk), backups: make(map[string]string)}
	servers.CreateTables(t, m.URL)
	bucket := aws.String(servers.Bucket)
	if _, err := d.objects.CreateBucket(t.Context(), &s3.CreateBucketInput{Bucket: bucket}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.objects.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{Bucket: bucket, VersioningConfiguration: &s3types.VersioningConfiguration{Status: s3types.BucketVersioningStatusEnabled}}); err != nil {
		t.Fatal(err)
	}
	text := `{"current":"` + rand.Text() + rand.Text() + `","previous":[]}`
	if _, err := secretsmanager.NewFromConfig(sdk).CreateSecret(t.Context(), &secretsmanager.CreateSecretInput{Name: aws.String(servers.KeysSecret), SecretString: &text}); err != nil {
		t.Fatal(err)
	}
	return d, d.service(t)
}

// service returns the deployment that the environment names.
func (d *drill) service(t *testing.T) *running {
	t.Helper()
	deployed, err := inAWS()
	if err != nil {
		t.Fatal(err)
	}
	return serving(t, deployed, "-aws")
}

func (d *drill) backUp(t *testing.T) {
	t.Helper()
	for variable, table := range tableVariables {
		out, err := d.tables.CreateBackup(t.Context(), &dynamodb.CreateBackupInput{TableName: &table, BackupName: aws.String(table + "-drill")})
		if err != nil {
			t.Fatal(err)
		}
		d.backups[variable] = *out.BackupDetails.BackupArn
	}
}

// lose deletes the tables and all objects; the objects' versions stay.
func (d *drill) lose(t *testing.T) {
	t.Helper()
	for _, table := range tableVariables {
		if _, err := d.tables.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: &table}); err != nil {
			t.Fatal(err)
		}
	}
	pages := s3.NewListObjectsV2Paginator(d.objects, &s3.ListObjectsV2Input{Bucket: aws.String(servers.Bucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			if _, err := d.objects.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(servers.Bucket), Key: o.Key}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// restore creates new tables from the backups and undoes the deletions of objects
// since then, as infra/README.md instructs.
func (d *drill) restore(t *testing.T, since time.Time) {
	t.Helper()
	for variable, table := range tableVariables {
		again := table + "-restored"
		if _, err := d.tables.RestoreTableFromBackup(t.Context(), &dynamodb.RestoreTableFromBackupInput{BackupArn: aws.String(d.backups[variable]), TargetTableName: &again}); err != nil {
			t.Fatal(err)
		}
		ready := dynamodb.NewTableExistsWaiter(d.tables, func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 10*time.Millisecond, time.Second })
		if err := ready.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: &again}, time.Hour); err != nil {
			t.Fatal(err)
		}
		t.Setenv(variable, again)
	}
	pages := s3.NewListObjectVersionsPaginator(d.objects, &s3.ListObjectVersionsInput{Bucket: aws.String(servers.Bucket)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, marker := range page.DeleteMarkers {
			if !*marker.IsLatest || marker.LastModified.Before(since) {
				continue
			}
			if _, err := d.objects.DeleteObject(t.Context(), &s3.DeleteObjectInput{Bucket: aws.String(servers.Bucket), Key: marker.Key, VersionId: marker.VersionId}); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// A deployment whose tables and objects were deleted is restored into tables of
// other names. Changes before the backup are there, and later ones are not.
func TestALostDeploymentIsRestored(t *testing.T) {
	long.Only(t)
	d, before := newDrill(t)
	token := before.signUp(t, "gildong")
	before.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	before.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
	before.signUp(t, "nothing")
	d.backUp(t)
	before.signUp(t, "late")
	lost := time.Now().Truncate(time.Second)
	d.lose(t)
	if _, err := before.operate(t, "check"); err == nil {
		t.Error("nothing is lost")
	}

	began := time.Now()
	d.restore(t, lost)
	after := d.service(t)
	after.want(t, []string{"check"}, "all of them agree")
	t.Logf("restored and examined in %v", time.Since(began).Round(time.Millisecond))

	after.upload(t, "/authenticate/check_user/", token, append(recordings.Probe(t, 1), '\n')).Want(t, 422, "replay")
	after.logIn(t, "gildong")
	after.refused(t, []string{"member", "late"}, "no member")
}
