// Package rights tests a person's data rights on the stores of AWS: access to
// all data about them, and erasure.
package rights

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"systole/infra/service"
	"systole/shared/cleanup"
	"systole/shared/member"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// cloud is the whole service on a DynamoDB and a bucket with versions.
type cloud struct {
	handler http.Handler
	stores  service.Stores
	tables  *dynamodb.Client
	bucket  *s3.Client
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	stores, addresses := fixture.AWS(t, nil)
	sdk := servers.Config(t)
	c := &cloud{
		handler: fixture.Start(t, stores),
		stores:  stores,
		tables:  dynamodb.NewFromConfig(sdk, func(o *dynamodb.Options) { o.BaseEndpoint = &addresses.DynamoDB }),
		bucket:  s3.NewFromConfig(sdk, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &addresses.S3, true }),
	}
	_, err := c.bucket.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket:                  aws.String(servers.Bucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *cloud) form(t *testing.T, method, path, token, body string) fixture.Answer {
	t.Helper()
	return fixture.Send(t.Context(), c.handler, fixture.Request{Method: method, Path: path, Token: token, Form: body})
}

func (c *cloud) upload(t *testing.T, path, token string, file []byte, fields ...string) fixture.Answer {
	t.Helper()
	return fixture.Send(t.Context(), c.handler, fixture.Request{Method: http.MethodPost, Path: path, Token: token, File: file, Fields: fields})
}

func (c *cloud) signUp(t *testing.T, username string) string {
	t.Helper()
	a := c.form(t, "POST", "/members/create/", "", "username="+username+"&password=tachy-cardia!&name=N&age=26&gender=female")
	return a.Want(t, 200, "").Body["token"].(string)
}

// left returns, as text, everything in all tables and in the bucket, older
// versions included.
func (c *cloud) left(t *testing.T) []string {
	t.Helper()
	var left []string
	for _, table := range []string{servers.MembersTable, servers.TokensTable, servers.ActivityTable} {
		out, err := c.tables.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range out.Items {
			text := table
			for name, value := range item {
				text += fmt.Sprint(" ", name, "=", reflect.Indirect(reflect.ValueOf(value)).Field(0))
			}
			left = append(left, text)
		}
	}
	out, err := c.bucket.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(servers.Bucket)})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range out.Versions {
		left = append(left, "bucket: "+*v.Key)
	}
	for _, m := range out.DeleteMarkers {
		left = append(left, "bucket: deleted "+*m.Key)
	}
	return left
}

// cleanUp runs the clean-up as of a time.
func (c *cloud) cleanUp(t *testing.T, at time.Time) {
	t.Helper()
	cleaner := cleanup.NewService(c.stores.Sessions, c.stores.Members, c.stores.Objects, cleanup.Settings{
		TokenIdle: 30 * 24 * time.Hour, UploadsKeep: 7 * 24 * time.Hour, OrphansAfter: 24 * time.Hour, UnusedAfter: 365 * 24 * time.Hour, PerKind: 1000,
	}, func() time.Time { return at })
	if report, err := cleaner.Run(t.Context(), false); err != nil || !report.Finished {
		t.Fatalf("clean-up: %+v, %v", report, err)
	}
}

// about counts the remaining entries that contain the word.
func about(left []string, word string) (n int) {
	for _, text := range left {
		if strings.Contains(text, word) {
			n++
		}
	}
	return n
}

func TestNothingIsLeftOfADeletedAccount(t *testing.T) {
	c := newCloud(t)
	other := c.signUp(t, "other")
	c.upload(t, "/authenticate/make_model/", other, recordings.Enrolment(t, 2)).Want(t, 200, "")
	before := c.left(t)

	token := c.signUp(t, "gildong")
	c.form(t, "POST", "/members/consent/", token, "version="+member.ConsentVersion).Want(t, 200, "")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "") // replaces the first template
	c.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
	c.form(t, "POST", "/members/login/", "", "username=gildong&password=wrong-one").Want(t, 401, "credentials_invalid")
	login := c.form(t, "POST", "/members/login/", "", "username=gildong&password=tachy-cardia!").Want(t, 200, "")
	pk := strconv.FormatFloat(login.Body["user"].(map[string]any)["pk"].(float64), 'f', 0, 64)
	if left := c.left(t); about(left, "gildong") < 8 || about(left, pk) < 6 {
		t.Fatalf("the scan doesn't see what is there: %q", left)
	}

	c.form(t, "DELETE", "/members/me/", token, "").Want(t, 400, "field_missing")
	c.form(t, "DELETE", "/members/me/", token, "password=wrong-one").Want(t, 403, "password_wrong")
	c.form(t, "DELETE", "/members/me/", token, "password=tachy-cardia!").Want(t, 200, "")

	// The remaining rows may name objects that an interrupted request left, under
	// a number that belongs to nobody, until the clean-up has looked at them.
	left := slices.DeleteFunc(c.left(t), func(row string) bool { return strings.Contains(row, "#leftover:") })
	if about(left, "gildong") > 0 || about(left, pk) > 0 {
		t.Errorf("left: %q", left)
	}
	c.cleanUp(t, time.Now().Add(25*time.Hour))
	if all := c.left(t); about(all, "gildong") > 0 || about(all, pk) > 0 {
		t.Errorf("left a day later: %q", all)
	}
	// Counts of sign-ups and failures stay until they expire, under hashes of the
	// caller's network and of deleted sessions and names.
	if more := len(left) - len(before); more > 4 {
		t.Errorf("%d rows or objects more than before: %q", more, left)
	}
	c.form(t, "GET", "/members/sessions/", token, "").Want(t, 401, "token_invalid")
	c.form(t, "POST", "/members/login/", "", "username=gildong&password=tachy-cardia!").Want(t, 401, "credentials_invalid")
	c.upload(t, "/authenticate/check_user/", other, recordings.Probe(t, 2)).Want(t, 200, "")
	c.signUp(t, "gildong")
}

func TestTheAddressOfAnUploadDiesWithTheAccount(t *testing.T) {
	c := newCloud(t)
	token := c.signUp(t, "gildong")
	up := c.form(t, "POST", "/authenticate/uploads/", token, "size=5").Want(t, 200, "")
	put := func() int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), up.Body["method"].(string), up.Body["url"].(string), strings.NewReader("12345"))
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range up.Body["headers"].(map[string]any) {
			r.Header.Set(name, value.(string))
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	c.form(t, "DELETE", "/members/me/", token, "password=tachy-cardia!").Want(t, 200, "")
	if status := put(); status < 400 {
		t.Errorf("a file is taken after the deletion: %d", status)
	}
}

func TestADeletedModelIsGoneAndCanBeMadeAnew(t *testing.T) {
	c := newCloud(t)
	token := c.signUp(t, "gildong")
	c.form(t, "DELETE", "/authenticate/model/", token, "").Want(t, 409, "no_model")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	c.form(t, "DELETE", "/authenticate/model/", token, "").Want(t, 200, "")
	// The digests of used recordings stay with the account.
	if left := c.left(t); about(left, "bucket: ") != about(left, "bucket: memory/") || about(left, "model_version") > 0 {
		t.Errorf("left: %q", left)
	}
	c.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 409, "no_model")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	c.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).Want(t, 200, "")
}

func TestWithdrawingIsAsEasyAsConsenting(t *testing.T) {
	c := newCloud(t)
	token := c.signUp(t, "gildong")
	c.form(t, "DELETE", "/members/consent/", token, "").Want(t, 409, "no_consent")
	c.form(t, "POST", "/members/consent/", token, "version=1999-01").Want(t, 400, "field_invalid")
	c.form(t, "POST", "/members/consent/", token, "version="+member.ConsentVersion).Want(t, 200, "")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	given := c.form(t, "GET", "/members/consent/", token, "").Want(t, 200, "").Body["consent"].(map[string]any)
	if given["version"] != member.ConsentVersion || given["given"] == nil || given["withdrawn"] != nil {
		t.Errorf("consent: %v", given)
	}
	c.form(t, "DELETE", "/members/consent/", token, "").Want(t, 200, "")
	withdrawn := c.form(t, "GET", "/members/consent/", token, "").Body["consent"].(map[string]any)
	if withdrawn["withdrawn"] == nil {
		t.Errorf("consent: %v", withdrawn)
	}
	// The digests of used recordings stay with the account.
	if left := c.left(t); about(left, "bucket: ") != about(left, "bucket: memory/") || about(left, "model_version") > 0 {
		t.Errorf("left: %q", left)
	}
	c.form(t, "DELETE", "/members/consent/", token, "").Want(t, 409, "no_consent")
}

func TestAnExportHasAllThatIsKnown(t *testing.T) {
	c := newCloud(t)
	token := c.signUp(t, "gildong")
	enrolment := recordings.Enrolment(t, 1)
	c.form(t, "POST", "/members/consent/", token, "version="+member.ConsentVersion).Want(t, 200, "")
	c.upload(t, "/authenticate/make_model/", token, enrolment).Want(t, 200, "")
	c.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 5)).Want(t, 200, "")

	all := c.form(t, "GET", "/members/me/export/", token, "").Want(t, 200, "").Body
	user := all["user"].(map[string]any)
	if user["username"] != "gildong" || user["name"] != "N" || user["age"] != 26.0 || user["gender"] != "female" || user["created"] == nil {
		t.Errorf("user: %v", user)
	}
	if all["consent"] == nil || all["model"] == nil || len(all["sessions"].([]any)) != 1 {
		t.Errorf("export: %v", all)
	}
	var events []any
	for _, e := range all["activity"].([]any) {
		events = append(events, e.(map[string]any)["event"])
	}
	if fmt.Sprint(events) != "[not_recognised model_made consent_given signed_up]" {
		t.Errorf("activity: %v", events)
	}
	recording := all["recordings"].([]any)[0].(map[string]any)
	if recording["bytes"] != float64(len(enrolment)) || len(recording["content"].(string)) < len(enrolment) {
		t.Errorf("recording of %v bytes", recording["bytes"])
	}
	text, _ := json.Marshal(all)
	for _, secret := range []string{"argon2", token, "password"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("the export has a secret in it: %q", secret)
		}
	}
}

func TestANonceIsGoodForOneCheck(t *testing.T) {
	c := newCloud(t)
	token := c.signUp(t, "gildong")
	c.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).Want(t, 200, "")
	nonce := c.form(t, "POST", "/authenticate/challenge/", token, "").Want(t, 200, "").Body["nonce"].(string)
	check := func(token, nonce string) fixture.Answer {
		return c.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 5), "nonce", nonce)
	}
	other := c.signUp(t, "other")
	c.upload(t, "/authenticate/make_model/", other, recordings.Enrolment(t, 2)).Want(t, 200, "")
	check(other, nonce).Want(t, 409, "challenge_invalid")
	check(token, "0"+nonce[1:]+"0").Want(t, 409, "challenge_invalid")
	check(token, nonce).Want(t, 200, "")
	check(token, nonce).Want(t, 409, "challenge_invalid")
}
