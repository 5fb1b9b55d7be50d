package members_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/api"
	"systole/shared/api/members"
	"systole/shared/aws/gateway"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/memory"
	"systole/shared/store"
)

// newService returns the three routes on a store of their own. Hashes are cheap:
// their cost is no matter of HTTP.
func newService(t testing.TB) (http.Handler, *memory.Store) {
	t.Helper()
	s := new(memory.Store)
	return newServiceOn(s, s), s
}

func newServiceOn(m member.Store, s store.SessionStore) http.Handler {
	tokens := member.NewTokens(s, member.DefaultTokenLimits, time.Now, rand.Reader)
	hasher := argon2id.New(argon2id.Cost{MemoryKiB: 64, Passes: 1, Lanes: 1}, 4, rand.Reader)
	service := member.NewService(m, tokens, hasher, time.Now, rand.Reader)
	return api.New(api.Settings{}, members.Create(service), members.LogIn(service, time.Now), members.LogOut(tokens))
}

// down is a store whose calls all return store.ErrUnavailable.
type down struct{ *memory.Store }

func (down) CreateMember(context.Context, store.Member) error { return store.ErrUnavailable }

func (down) MemberWithAttempts(context.Context, string, []string) (*store.Member, []store.Attempts, error) {
	return nil, nil, store.ErrUnavailable
}

func (down) DeleteSession(context.Context, store.TokenID) (store.Session, error) {
	return store.Session{}, store.ErrUnavailable
}

// counts returns how many members and sessions a store holds.
func counts(t testing.TB, s *memory.Store) [2]int {
	t.Helper()
	const many = 1000
	all, _, err := s.MembersPage(t.Context(), "", many)
	if err != nil {
		t.Fatal(err)
	}
	sessions, _, err := s.SessionsPage(t.Context(), "", many)
	if err != nil {
		t.Fatal(err)
	}
	return [2]int{len(all), len(sessions)}
}

// request is a client's request.
type request struct {
	method, path string
	header       map[string]string
	body         []byte
	badBase64    bool // as an event: with invalid base64
}

// answer is the answer in either way.
type answer struct {
	status int
	header http.Header
	body   string
}

// overHTTP sends the request to the handler itself.
func (q request) overHTTP(h http.Handler) answer {
	r := httptest.NewRequest(q.method, "/", bytes.NewReader(q.body))
	r.URL.Path = q.path
	for name, value := range q.header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return answer{w.Code, w.Header(), w.Body.String()}
}

// asEvent sends the request through the conversion of REST events.
func (q request) asEvent(t testing.TB, h http.Handler) answer {
	t.Helper()
	event := events.APIGatewayProxyRequest{
		HTTPMethod:      q.method,
		Path:            q.path,
		Headers:         q.header,
		Body:            base64.StdEncoding.EncodeToString(q.body),
		IsBase64Encoded: true,
	}
	if q.badBase64 {
		event.Body += "*"
	}
	out, err := gateway.Proxy(h)(t.Context(), event)
	if err != nil {
		t.Fatalf("%s %s: %v", q.method, q.path, err)
	}
	if out.IsBase64Encoded {
		t.Fatalf("%s %s: the answer is in base64", q.method, q.path)
	}
	return answer{out.StatusCode, http.Header(out.MultiValueHeaders), out.Body}
}

// with returns the request with one more header.
func (q request) with(name, value string) request {
	header := map[string]string{name: value}
	for n, v := range q.header {
		header[n] = v
	}
	q.header = header
	return q
}

// contentType is one of the three ways to send fields.
type contentType string

const (
	asJSON      contentType = "JSON"
	asForm      contentType = "urlencoded"
	asMultipart contentType = "multipart"
)

// post returns a request that sends fields in this way.
func post(path string, as contentType, fields map[string]string) request {
	q := request{method: "POST", path: path}
	switch as {
	case asJSON:
		body, err := json.Marshal(fields)
		if err != nil {
			panic(err)
		}
		q.header, q.body = map[string]string{"Content-Type": "application/json"}, body
	case asForm:
		values := url.Values{}
		for name, value := range fields {
			values.Set(name, value)
		}
		q.header, q.body = map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, []byte(values.Encode())
	case asMultipart:
		var out bytes.Buffer
		w := multipart.NewWriter(&out)
		for name, value := range fields {
			if err := w.WriteField(name, value); err != nil {
				panic(err)
			}
		}
		if err := w.Close(); err != nil {
			panic(err)
		}
		q.header, q.body = map[string]string{"Content-Type": w.FormDataContentType()}, out.Bytes()
	}
	return q
}

func person() map[string]string {
	return map[string]string{"username": "hyeonggeun2", "password": "gudrms12", "name": "HyeongGeun Oh"}
}

// tokenIn returns the token in an answer to sign-up or log-in.
func tokenIn(t testing.TB, a answer) string {
	t.Helper()
	var body struct{ Token string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(body.Token) {
		t.Fatalf("no token in %d %s", a.status, a.body)
	}
	return body.Token
}

// masked returns the body with the values replaced that differ from run to run.
func masked(body string) string {
	body = regexp.MustCompile(`"[0-9a-f]{40}"`).ReplaceAllString(body, `"<token>"`)
	return strings.TrimSpace(regexp.MustCompile(`"pk":[1-9][0-9]*`).ReplaceAllString(body, `"pk":<pk>`))
}

// loggedOut is the contract's answer to a log-out.
const loggedOut = `{"detail":"로그아웃 되었습니다.","code":"logout_success","msg":"로그아웃 되었습니다."}`

func TestTheSeedsAnswersWord(t *testing.T) {
	for _, as := range []contentType{asJSON, asForm, asMultipart} {
		for _, slash := range []string{"", "/"} {
			t.Run(fmt.Sprintf("%s%s", as, slash), func(t *testing.T) {
				h, s := newService(t)
				check := func(a answer, want string) {
					t.Helper()
					if a.status != 200 || masked(a.body) != want {
						t.Fatalf("%d %s\nwant 200 %s", a.status, masked(a.body), want)
					}
				}
				full := person()
				full["age"], full["gender"] = "26", "male"
				created := post("/members/create"+slash, as, full).asEvent(t, h)
				check(created, `{"user":{"username":"hyeonggeun2","name":"HyeongGeun Oh"},"token":"<token>","code":200}`)

				loggedIn := post("/members/login"+slash, as, person()).asEvent(t, h)
				check(loggedIn, `{"token":"<token>","user":{"pk":<pk>,"username":"hyeonggeun2","name":"HyeongGeun Oh","age":26,"gender":"male"},"code":"login_success"}`)
				if tokenIn(t, created) == tokenIn(t, loggedIn) {
					t.Error("log-in gave the token of sign-up")
				}

				byHeader := request{method: "GET", path: "/members/logout" + slash,
					header: map[string]string{"Authorization": "Token " + tokenIn(t, created)}}
				check(byHeader.asEvent(t, h), loggedOut)
				byField := post("/members/logout"+slash, as, map[string]string{"token": tokenIn(t, loggedIn)})
				check(byField.asEvent(t, h), loggedOut)
				if got := counts(t, s); got != [2]int{1, 0} {
					t.Errorf("members and sessions left: %v", got)
				}
			})
		}
	}
}

func TestAgeAndGenderAreNullWhenNotGiven(t *testing.T) {
	bodies := []string{
		`{"username":"a1","password":"gudrms12","name":"x"}`,
		`{"username":"a1","password":"gudrms12","name":"x","age":null,"gender":null}`,
		`{"username":"a1","password":"gudrms12","name":"x","age":"","gender":"","unknown":{"a":[]}}`,
	}
	for _, body := range bodies {
		h, _ := newService(t)
		header := map[string]string{"Content-Type": "application/json"}
		tokenIn(t, request{method: "POST", path: "/members/create/", header: header, body: []byte(body)}.overHTTP(h))
		got := request{method: "POST", path: "/members/login/", header: header, body: []byte(body)}.overHTTP(h)
		const want = `{"token":"<token>","user":{"pk":<pk>,"username":"a1","name":"x","age":null,"gender":null},"code":"login_success"}`
		if masked(got.body) != want {
			t.Errorf("%s\nwant %s", masked(got.body), want)
		}
	}
}

func TestNothingButLogOutEndsAToken(t *testing.T) {
	h, s := newService(t)
	token := tokenIn(t, post("/members/create/", asForm, person()).overHTTP(h))
	logOut := request{method: "GET", path: "/members/logout/", header: map[string]string{"Authorization": "Token " + token}}
	tests := []struct {
		name   string
		q      request
		status int
	}{
		{"HEAD", request{method: "HEAD", path: logOut.path, header: logOut.header}, 200},
		{"OPTIONS", request{method: "OPTIONS", path: logOut.path, header: logOut.header}, 204},
		{"prefetch", logOut.with("Sec-Purpose", "prefetch;prerender"), 403},
		{"old prefetch", logOut.with("Purpose", "prefetch"), 403},
		{"older prefetch", logOut.with("X-Moz", "prefetch"), 403},
	}
	for _, tt := range tests {
		for _, a := range []answer{tt.q.overHTTP(h), tt.q.asEvent(t, h)} {
			if a.status != tt.status || (tt.status < 300 && a.body != "") {
				t.Errorf("%s: %d %s", tt.name, a.status, a.body)
			}
			if got := counts(t, s); got != [2]int{1, 1} {
				t.Fatalf("%s: members and sessions %v", tt.name, got)
			}
		}
	}
	if a := logOut.overHTTP(h); a.status != 200 {
		t.Errorf("log-out: %d %s", a.status, a.body)
	}
	if a := (request{method: "HEAD", path: logOut.path, header: logOut.header}).overHTTP(h); a.status != 401 || a.body != "" {
		t.Errorf("HEAD after log-out: %d %s", a.status, a.body)
	}
}

func TestAStoreThatIsDownIsSaidSo(t *testing.T) {
	h := newServiceOn(down{new(memory.Store)}, down{new(memory.Store)})
	token := strings.Repeat("0", 40)
	bearer := map[string]string{"Authorization": "Token " + token}
	for _, q := range []request{
		post("/members/create/", asJSON, person()),
		post("/members/login/", asJSON, person()),
		{method: "GET", path: "/members/logout/", header: bearer},
	} {
		a := q.asEvent(t, h)
		if a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, `"error":"unavailable"`) {
			t.Errorf("%s: %d %s", q.path, a.status, a.body)
		}
	}
}

func TestParallelRequests(t *testing.T) {
	h, s := newService(t)
	if got := parallel(80, post("/members/create/", asForm, person()), h); got[200] != 1 || got[409] != 79 {
		t.Errorf("sign-ups of one name: %v", got)
	}
	if got := counts(t, s); got[0] != 1 {
		t.Errorf("%d members", got[0])
	}
	if got := parallel(5, post("/members/login/", asForm, person()), h); got[200] != 5 {
		t.Errorf("log-ins of one member: %v", got)
	}
}

func TestFailuresCountForTheNetworkThatTheyComeFrom(t *testing.T) {
	h, _ := newService(t)
	post("/members/create/", asForm, person()).overHTTP(h)
	logIn := func(address string) int {
		r := httptest.NewRequest(http.MethodPost, "/members/login/", strings.NewReader("username=somebody&password=not-the-right-one"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Forwarded-For", "10.9.8.7") // a header that the caller chooses
		r.RemoteAddr = address + ":4000"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w.Code
	}
	for range 5 {
		if status := logIn("203.0.113.1"); status != http.StatusUnauthorized {
			t.Fatal(status)
		}
	}
	if here, there := logIn("203.0.113.2"), logIn("198.51.100.1"); here != http.StatusTooManyRequests || there != http.StatusUnauthorized {
		t.Errorf("%d in the network, %d elsewhere", here, there)
	}
}

// parallel sends the request n times at once and counts the statuses.
func parallel(n int, q request, h http.Handler) map[int]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	statuses := map[int]int{}
	for range n {
		all.Go(func() {
			a := q.overHTTP(h)
			mu.Lock()
			defer mu.Unlock()
			statuses[a.status]++
		})
	}
	all.Wait()
	return statuses
}

func BenchmarkSignUp(b *testing.B) {
	h, _ := newService(b)
	fields := person()
	n := 0
	for b.Loop() {
		n++
		fields["username"] = fmt.Sprint("somebody", n)
		if a := post("/members/create/", asForm, fields).overHTTP(h); a.status != 200 {
			b.Fatal(a)
		}
	}
}

func BenchmarkLogIn(b *testing.B) {
	h, _ := newService(b)
	post("/members/create/", asForm, person()).overHTTP(h)
	q := post("/members/login/", asForm, person())
	for b.Loop() {
		if a := q.overHTTP(h); a.status != 200 {
			b.Fatal(a)
		}
	}
}

func BenchmarkLogOut(b *testing.B) {
	h, _ := newService(b)
	post("/members/create/", asForm, person()).overHTTP(h)
	logIn := post("/members/login/", asForm, person())
	for b.Loop() {
		b.StopTimer()
		q := request{method: "GET", path: "/members/logout/"}.with("Authorization", "Token "+tokenIn(b, logIn.overHTTP(h)))
		b.StartTimer()
		if a := q.overHTTP(h); a.status != 200 {
			b.Fatal(a)
		}
	}
}
