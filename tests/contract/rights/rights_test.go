// Package rights tries what a person may ask for, on the stores of AWS: to see
// all that is known of them, and to be forgotten.
package rights

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/aws/dynamo"
	objects "systole/shared/aws/s3"
	"systole/shared/config"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// house is the whole service on a DynamoDB and a bucket with versions.
type house struct {
	handler http.Handler
	tables  *dynamodb.Client
	bucket  *s3.Client
}

func newHouse(t *testing.T) *house {
	t.Helper()
	addresses, sdk := servers.Start(t), servers.Config(t)
	settings, err := config.Read(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	tables := dynamo.New(sdk, &addresses.DynamoDB, servers.Tables())
	bucket := objects.New(sdk, &addresses.S3, servers.Bucket)
	routes := service.Routes(settings, service.Stores{Members: tables, Sessions: tables, Objects: bucket, Keys: servers.Ring(t)}, time.Now, rand.Reader)
	h := &house{
		handler: api.New(api.Settings{}, routes...),
		tables:  dynamodb.NewFromConfig(sdk, func(o *dynamodb.Options) { o.BaseEndpoint = &addresses.DynamoDB }),
		bucket:  s3.NewFromConfig(sdk, func(o *s3.Options) { o.BaseEndpoint, o.UsePathStyle = &addresses.S3, true }),
	}
	_, err = h.bucket.PutBucketVersioning(t.Context(), &s3.PutBucketVersioningInput{
		Bucket:                  aws.String(servers.Bucket),
		VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// answer is a status and the body's fields.
type answer struct {
	status int
	body   map[string]any
}

func (h *house) send(t *testing.T, method, path, token, contentType, body string) answer {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	r.Header.Set("Accept-Language", "en")
	if token != "" {
		r.Header.Set("Authorization", "Token "+token)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	a := answer{status: w.Code}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	return a
}

func (h *house) form(t *testing.T, method, path, token, body string) answer {
	t.Helper()
	return h.send(t, method, path, token, "application/x-www-form-urlencoded", body)
}

func (h *house) upload(t *testing.T, path, token string, file []byte, fields ...string) answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, _ := w.CreateFormFile("ECG", "ecg.csv") // to memory: none of this can fail
	part.Write(file)
	w.WriteField("sampling_rate", strconv.Itoa(recordings.RateHz))
	for i := 0; i+1 < len(fields); i += 2 {
		w.WriteField(fields[i], fields[i+1])
	}
	w.Close()
	return h.send(t, http.MethodPost, path, token, w.FormDataContentType(), body.String())
}

// want fails the test unless the answer has the status, and the word if it is
// an error.
func (a answer) want(t *testing.T, status int, word string) answer {
	t.Helper()
	if got, _ := a.body["error"].(string); a.status != status || got != word {
		t.Fatalf("%d %v, want %d %q", a.status, a.body, status, word)
	}
	return a
}

func (h *house) signUp(t *testing.T, username string) string {
	t.Helper()
	a := h.form(t, "POST", "/members/create/", "", "username="+username+"&password=tachy-cardia!&name=N&age=26&gender=female")
	return a.want(t, 200, "").body["token"].(string)
}

// left is everything in all tables and in the bucket, older versions included,
// as text.
func (h *house) left(t *testing.T) []string {
	t.Helper()
	var left []string
	for _, table := range []string{servers.MembersTable, servers.TokensTable, servers.ActivityTable} {
		out, err := h.tables.Scan(t.Context(), &dynamodb.ScanInput{TableName: &table})
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
	out, err := h.bucket.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: aws.String(servers.Bucket)})
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

// about counts what is left that has the word in it.
func about(left []string, word string) (n int) {
	for _, text := range left {
		if strings.Contains(text, word) {
			n++
		}
	}
	return n
}

func TestNothingIsLeftOfADeletedAccount(t *testing.T) {
	h := newHouse(t)
	other := h.signUp(t, "other")
	h.upload(t, "/authenticate/make_model/", other, recordings.Enrolment(t, 2)).want(t, 200, "")
	before := h.left(t)

	token := h.signUp(t, "gildong")
	h.form(t, "POST", "/members/consent/", token, "version=2026-11").want(t, 200, "")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "") // replaces the first
	h.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).want(t, 200, "")
	h.form(t, "POST", "/members/login/", "", "username=gildong&password=wrong-one").want(t, 401, "credentials_invalid")
	login := h.form(t, "POST", "/members/login/", "", "username=gildong&password=tachy-cardia!").want(t, 200, "")
	pk := strconv.FormatFloat(login.body["user"].(map[string]any)["pk"].(float64), 'f', 0, 64)
	if left := h.left(t); about(left, "gildong") < 8 || about(left, pk) < 6 {
		t.Fatalf("the scan doesn't see what is there: %q", left)
	}

	h.form(t, "DELETE", "/members/me/", token, "").want(t, 400, "field_missing")
	h.form(t, "DELETE", "/members/me/", token, "password=wrong-one").want(t, 403, "password_wrong")
	h.form(t, "DELETE", "/members/me/", token, "password=tachy-cardia!").want(t, 200, "")

	left := h.left(t)
	if about(left, "gildong") > 0 || about(left, pk) > 0 {
		t.Errorf("left: %q", left)
	}
	// Failures are counted under a hash of the caller's network, for an hour.
	if more := len(left) - len(before); more > 1 {
		t.Errorf("%d rows or objects more than before: %q", more, left)
	}
	h.form(t, "GET", "/members/sessions/", token, "").want(t, 401, "token_invalid")
	h.form(t, "POST", "/members/login/", "", "username=gildong&password=tachy-cardia!").want(t, 401, "credentials_invalid")
	h.upload(t, "/authenticate/check_user/", other, recordings.Probe(t, 2)).want(t, 200, "")
	h.signUp(t, "gildong")
}

func TestADeletedModelIsGoneAndCanBeMadeAnew(t *testing.T) {
	h := newHouse(t)
	token := h.signUp(t, "gildong")
	h.form(t, "DELETE", "/authenticate/model/", token, "").want(t, 409, "no_model")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "")
	h.form(t, "DELETE", "/authenticate/model/", token, "").want(t, 200, "")
	if left := h.left(t); about(left, "bucket: ") > 0 || about(left, "model_version") > 0 {
		t.Errorf("left: %q", left)
	}
	h.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).want(t, 409, "no_model")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "")
	h.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 1)).want(t, 200, "")
}

func TestWithdrawingIsAsEasyAsConsenting(t *testing.T) {
	h := newHouse(t)
	token := h.signUp(t, "gildong")
	h.form(t, "DELETE", "/members/consent/", token, "").want(t, 409, "no_consent")
	h.form(t, "POST", "/members/consent/", token, "version=1999-01").want(t, 400, "field_invalid")
	h.form(t, "POST", "/members/consent/", token, "version=2026-11").want(t, 200, "")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "")
	given := h.form(t, "GET", "/members/consent/", token, "").want(t, 200, "").body["consent"].(map[string]any)
	if given["version"] != "2026-11" || given["given"] == nil || given["withdrawn"] != nil {
		t.Errorf("consent: %v", given)
	}
	h.form(t, "DELETE", "/members/consent/", token, "").want(t, 200, "")
	withdrawn := h.form(t, "GET", "/members/consent/", token, "").body["consent"].(map[string]any)
	if withdrawn["withdrawn"] == nil {
		t.Errorf("consent: %v", withdrawn)
	}
	if left := h.left(t); about(left, "bucket: ") > 0 || about(left, "model_version") > 0 {
		t.Errorf("left: %q", left)
	}
	h.form(t, "DELETE", "/members/consent/", token, "").want(t, 409, "no_consent")
}

func TestAnExportHasAllThatIsKnown(t *testing.T) {
	h := newHouse(t)
	token := h.signUp(t, "gildong")
	enrolment := recordings.Enrolment(t, 1)
	h.form(t, "POST", "/members/consent/", token, "version=2026-11").want(t, 200, "")
	h.upload(t, "/authenticate/make_model/", token, enrolment).want(t, 200, "")
	h.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 5)).want(t, 200, "")

	all := h.form(t, "GET", "/members/me/export/", token, "").want(t, 200, "").body
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
	h := newHouse(t)
	token := h.signUp(t, "gildong")
	h.upload(t, "/authenticate/make_model/", token, recordings.Enrolment(t, 1)).want(t, 200, "")
	nonce := h.form(t, "POST", "/authenticate/challenge/", token, "").want(t, 200, "").body["nonce"].(string)
	check := func(token, nonce string) answer {
		return h.upload(t, "/authenticate/check_user/", token, recordings.Probe(t, 5), "nonce", nonce)
	}
	other := h.signUp(t, "other")
	h.upload(t, "/authenticate/make_model/", other, recordings.Enrolment(t, 2)).want(t, 200, "")
	check(other, nonce).want(t, 409, "challenge_invalid")
	check(token, "0"+nonce[1:]+"0").want(t, 409, "challenge_invalid")
	check(token, nonce).want(t, 200, "")
	check(token, nonce).want(t, 409, "challenge_invalid")
}
