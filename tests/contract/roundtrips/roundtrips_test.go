// Package roundtrips counts the calls that a request makes to DynamoDB and S3,
// and how many of them wait for one another.
package roundtrips

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/smithy-go/middleware"

	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/aws/dynamo"
	"systole/shared/aws/s3"
	"systole/shared/config"
	"systole/shared/member"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// counter notes when each call of the SDK begins and ends, retries included.
type counter struct {
	mu    sync.Mutex
	calls []call
}

type call struct {
	operation  string
	begin, end time.Time
}

// away is how far DynamoDB and S3 seem to be: so far that of calls made at once
// none ends before the last has begun.
const away = 20 * time.Millisecond

// add puts the counter into an SDK client's stack.
func (c *counter) add(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("count",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			begin := time.Now()
			time.Sleep(away)
			out, metadata, err := next.HandleInitialize(ctx, in)
			c.mu.Lock()
			defer c.mu.Unlock()
			c.calls = append(c.calls, call{middleware.GetOperationName(ctx), begin, time.Now()})
			return out, metadata, err
		}), middleware.Before)
}

// take returns what was counted since the last time.
func (c *counter) take() []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// inSequence is the largest number of calls of which each began after another
// had ended: the most intervals that don't overlap, taken by their ends.
func inSequence(calls []call) int {
	slices.SortFunc(calls, func(a, b call) int { return a.end.Compare(b.end) })
	n, last := 0, time.Time{}
	for _, c := range calls {
		if !c.begin.Before(last) {
			n++
			last = c.end
		}
	}
	return n
}

// whole is the whole API on the AWS stores, and its counter.
func whole(t *testing.T) (http.Handler, *counter) {
	aws := servers.Start(t)
	sdk, count := servers.Config(t), new(counter)
	sdk.APIOptions = append(sdk.APIOptions, count.add)
	tables := dynamo.New(sdk, &aws.DynamoDB, servers.Tables())
	bucket := s3.New(sdk, &aws.S3, servers.Bucket)
	settings, err := config.Read(func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	stores := service.Stores{Members: tables, Sessions: tables, Objects: bucket, Keys: servers.Ring(t)}
	return api.New(api.Settings{}, service.Routes(settings, stores, time.Now, rand.Reader)...), count
}

// row is a line of the table.
type row struct {
	request           string
	calls, inSequence int
}

func TestRequestsMakeFewRoundTrips(t *testing.T) {
	h, count := whole(t)
	var rows []row
	token := ""
	try := func(name string, r *http.Request) {
		t.Helper()
		if token != "" {
			r.Header.Set("Authorization", "Token "+token)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d: %s", name, w.Code, w.Body)
		}
		var body struct{ Token, Result string }
		if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
			t.Fatal(err)
		}
		if body.Token != "" {
			token = body.Token
		}
		calls := count.take()
		if name != "" {
			rows = append(rows, row{name, len(calls), inSequence(calls)})
		}
	}
	signUp := func(username string) *http.Request {
		return form("/members/create/", "username="+username+"&password=tachy-cardia!&name=n")
	}
	try("", signUp("first")) // claims the numbers of this process
	token = ""
	try("sign-up", signUp("hong"))
	try("log-in", form("/members/login/", "username=hong&password=tachy-cardia!"))
	try("make a model", upload(t, "/authenticate/make_model/", recordings.Enrolment(t, 1)))
	try("has a model", httptest.NewRequest(http.MethodGet, "/authenticate/check_user/", nil))
	try("check", upload(t, "/authenticate/check_user/", recordings.Probe(t, 1)))
	try("sessions", httptest.NewRequest(http.MethodGet, "/members/sessions/", nil))
	try("activity", httptest.NewRequest(http.MethodGet, "/members/activity/", nil))
	try("give consent", form("/members/consent/", "version="+member.ConsentVersion))
	try("challenge", form("/authenticate/challenge/", ""))
	try("change the password", form("/members/password/", "password=tachy-cardia!&new_password=brady-cardia!"))
	try("delete the model", httptest.NewRequest(http.MethodDelete, "/authenticate/model/", nil))
	try("log-out", httptest.NewRequest(http.MethodGet, "/members/logout/", nil))

	most := map[string][2]int{"sign-up": {2, 2}, "log-in": {3, 3}, "has a model": {2, 2}, "check": {3, 2}, "log-out": {1, 1}}
	table := "| request | calls to DynamoDB and S3 | in sequence |\n|---|---|---|\n"
	for _, r := range rows {
		table += fmt.Sprintf("| %s | %d | %d |\n", r.request, r.calls, r.inSequence)
		if limit, ok := most[r.request]; ok && (r.calls > limit[0] || r.inSequence > limit[1]) {
			t.Errorf("%s makes %d calls, %d in sequence; at most %d and %d are allowed", r.request, r.calls, r.inSequence, limit[0], limit[1])
		}
	}
	t.Logf("\n%s", table)
	readme, err := os.ReadFile("../../../infra/README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table) {
		t.Errorf("infra/README.md has another table than\n%s", table)
	}
}

func form(path, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func upload(t *testing.T, path string, file []byte) *http.Request {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreateFormFile("ECG", "ecg.csv")
	if err != nil {
		t.Fatal(err)
	}
	part.Write(file) // to memory: can't fail
	w.WriteField("sampling_rate", strconv.Itoa(recordings.RateHz))
	w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return r
}
