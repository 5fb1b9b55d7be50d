// Package roundtrips counts the calls that a request makes to DynamoDB and S3,
// and how many of them wait for one another.
package roundtrips

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/middleware"

	"systole/shared/api/handoff"
	"systole/shared/member"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/relying"
)

// counter records when each call of the SDK begins and ends, retries included.
type counter struct {
	mu    sync.Mutex
	calls []call
}

type call struct {
	operation  string
	begin, end time.Time
}

// away is the distance to DynamoDB and S3, in time of the clock of the test's
// bubble. That clock stands still while anything in the bubble can run, so
// simultaneous calls all begin before one of them ends, however busy the machine
// is.
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

// lines carry requests out of the bubble: the connections to the stores are
// outside, where time is real. A goroutine that waits on a channel from outside
// holds the bubble's clock.
type lines chan line

type line struct {
	requests chan *http.Request
	answers  chan answer
}

type answer struct {
	response *http.Response
	err      error
}

// open opens n lines, each with a goroutine that sends its requests.
func open(t *testing.T, n int, client aws.HTTPClient) lines {
	free := make(lines, n)
	for range n {
		l := line{make(chan *http.Request), make(chan answer)}
		t.Cleanup(func() { close(l.requests) })
		go func() {
			for r := range l.requests {
				l.answers <- send(client, r)
			}
		}()
		free <- l
	}
	return free
}

// send sends the request and reads the whole answer.
func send(client aws.HTTPClient, r *http.Request) answer {
	response, err := client.Do(r)
	if err != nil {
		return answer{nil, err}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	response.Body = io.NopCloser(bytes.NewReader(body))
	return answer{response, err}
}

// Do is the SDK's client inside the bubble. The request's context stays there.
func (free lines) Do(r *http.Request) (*http.Response, error) {
	l := <-free
	defer func() { free <- l }()
	l.requests <- r.WithContext(context.Background())
	a := <-l.answers
	return a.response, a.err
}

// take returns the calls since the last take.
func (c *counter) take() []call {
	c.mu.Lock()
	defer c.mu.Unlock()
	calls := c.calls
	c.calls = nil
	return calls
}

// inSequence returns the largest number of calls of which each began after
// another had ended: the most intervals that do not overlap, chosen by their
// ends.
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

// row is a line of the table.
type row struct {
	request           string
	calls, inSequence int
}

func TestRequestsMakeFewRoundTrips(t *testing.T) {
	count := new(counter)
	stores, _ := fixture.AWS(t, func(sdk *aws.Config) {
		sdk.APIOptions = append(sdk.APIOptions, count.add)
		sdk.HTTPClient = open(t, 16, sdk.HTTPClient)
	})
	now := time.Now()
	var rows []row
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(now)) // signatures have a date, and the bubble's clock begins in 2000
		rows = append(measure(t, fixture.Start(t, stores), count), measureProvider(t, relying.On(t, stores), count)...)
	})

	most := map[string][2]int{"sign-up": {3, 3}, "log-in": {5, 3}, "has a model": {2, 2}, "check": {3, 2}, "log-out": {1, 1}}
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

// measure sends the requests and counts the calls of each.
func measure(t *testing.T, h http.Handler, count *counter) (rows []row) {
	token, code, handOff, oldest := "", "", "", "" // from the latest answers that contained them
	try := func(name string, r fixture.Request) {
		t.Helper()
		r.Token = token
		a := fixture.Send(t.Context(), h, r).Want(t, http.StatusOK, "")
		if issued, ok := a.Body["token"].(string); ok {
			token = issued
		}
		if codes, ok := a.Body["recovery_codes"].([]any); ok {
			code = codes[0].(string)
		}
		if all, ok := a.Body["sessions"].([]any); ok {
			oldest = all[0].(map[string]any)["id"].(string)
		}
		if address, ok := a.Body["address"].(string); ok {
			_, handOff, _ = strings.Cut(address, handoff.Fragment)
		}
		calls := count.take()
		if name != "" {
			rows = append(rows, row{name, len(calls), inSequence(calls)})
		}
	}
	get := func(path string) fixture.Request { return fixture.Request{Method: "GET", Path: path} }
	post := func(path, form string) fixture.Request {
		return fixture.Request{Method: "POST", Path: path, Form: form}
	}
	upload := func(path string, file []byte) fixture.Request {
		return fixture.Request{Method: "POST", Path: path, File: file}
	}
	signUp := func(username string) fixture.Request {
		return post("/members/create/", "username="+username+"&password=tachy-cardia!&name=n")
	}
	try("", signUp("first")) // reserves this process's block of member numbers
	token = ""
	try("sign-up", signUp("park"))
	try("log-in", post("/members/login/", "username=park&password=tachy-cardia!"))
	try("make a model", upload("/authenticate/make_model/", recordings.Enrolment(t, 1)))
	try("has a model", get("/authenticate/check_user/"))
	try("check", upload("/authenticate/check_user/", recordings.Probe(t, 1)))
	try("sessions", get("/members/sessions/"))
	try("end another session", post("/members/sessions/end/", "session="+oldest))
	try("", post("/members/login/", "username=park&password=tachy-cardia!")) // a session for a later request to end
	try("hand a session over", post("/console/hand_off/", "page=https://systole.example/"))
	desk := token
	try("take a session over", post("/console/hand_off/take/", "hand_off="+handOff))
	token = desk
	try("activity", get("/members/activity/"))
	try("give consent", post("/members/consent/", "version="+member.ConsentVersion))
	try("challenge", post("/authenticate/challenge/", ""))
	try("change the password", post("/members/password/", "password=tachy-cardia!&new_password=brady-cardia!"))
	try("make recovery codes", post("/members/recovery_codes/", "password=brady-cardia!"))
	try("delete the model", fixture.Request{Method: "DELETE", Path: "/authenticate/model/"})
	try("log-out", get("/members/logout/"))
	token = ""
	try("set a new password with a recovery code", post("/members/recover/", "username=park&new_password=tachy-cardia!&recovery_code="+code))
	return rows
}

// measureProvider logs a person in to an application and counts the calls of each
// request on the way.
func measureProvider(t *testing.T, h *relying.House, count *counter) (rows []row) {
	done := func(name string) {
		calls := count.take()
		rows = append(rows, row{name, len(calls), inSequence(calls)})
	}
	count.take()
	b := h.Browser()
	_, flow := b.Authorize(relying.Asked(relying.Shop, "acr_values", "urn:systole:acr:heart"))
	done("log-in for an application: begin")
	b.State(flow).Want(t, http.StatusOK, "")
	done("what is left to do")
	b.Password(flow, "hong").Want(t, http.StatusOK, "")
	done("password")
	b.Heart(flow).Want(t, http.StatusOK, "")
	done("heart")
	to, _ := b.Continue(flow)
	done("end")
	access, _, _ := h.Tokens(relying.Shop, to.Query().Get("code"))
	done("token")
	h.UserInfo(access)
	done("userinfo")
	b.Authorize(relying.Asked(relying.Shop))
	done("begin, when logged in")
	return rows
}
