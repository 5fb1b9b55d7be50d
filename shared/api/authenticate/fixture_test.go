package authenticate_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/textproto"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/assertion"
	"systole/shared/aws/gateway"
	"systole/shared/biometric"
	"systole/shared/biometric/protect"
	"systole/shared/ecg/engine"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/signing"
	"systole/shared/store"
	"systole/tests/support/recordings"
)

const (
	token        = "0123456789abcdef0123456789abcdef01234567"
	voidedToken  = "1111111111111111111111111111111111111111"
	expiredToken = "2222222222222222222222222222222222222222"
	idleToken    = "3333333333333333333333333333333333333333"
	unknownToken = "4444444444444444444444444444444444444444"

	issuer = "https://ecg.example.com"

	makeModel = "/authenticate/make_model/"
	checkUser = "/authenticate/check_user/"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

const (
	enrolment = "person01_rec1_20s.csv"
	same      = "person01_rec2_12s.csv"
)

var others = []string{"person02_rec1_12s.csv", "person10_rec1_12s.csv", "person20_rec1_12s.csv"}

// fixture serves the three functions' routes for a member who is logged in.
type fixture struct {
	serve func(t testing.TB, event events.APIGatewayProxyRequest) answer
	store *memory.Store
	keys  *signing.Keys
	now   time.Time
}

// forgetful is an engine that takes every recording for a new one: the excerpts
// are few and checked again and again.
type forgetful struct{ biometric.Engine }

func (forgetful) Replayed(biometric.Reading, [32]byte, [][]byte) bool { return false }

type answer struct {
	status int
	header map[string][]string
	body   string
}

func newFixture(t testing.TB) *fixture {
	t.Helper()
	h := &fixture{store: new(memory.Store), now: noon}
	clock := func() time.Time { return h.now }
	h.join(t, "kim", 7, time.Time{})
	h.join(t, "voided", 8, noon)
	h.login(t, token, "kim", 7, noon, noon.Add(time.Hour))
	h.login(t, voidedToken, "voided", 8, noon.Add(-time.Second), noon.Add(time.Hour))
	h.login(t, expiredToken, "kim", 7, noon, noon)
	h.login(t, idleToken, "kim", 7, noon.Add(-8*24*time.Hour), noon.Add(time.Hour))

	limits := member.DefaultTokenLimits
	limits.Idle = 7 * 24 * time.Hour
	tokens := member.NewTokens(h.store, limits, clock, rand.Reader)
	keys, err := protect.NewRing("a secret of the tests, and of nobody else")
	if err != nil {
		t.Fatal(err)
	}
	service := biometric.NewService(tokens, h.store, &memory.Objects{Now: clock}, keys, forgetful{engine.New(500)},
		biometric.Settings{FMR: 0.01, KeepUploads: true, Parallel: 2}, clock, rand.Reader)
	proxy := gateway.Proxy(api.New(api.Settings{Now: clock},
		authenticate.MakeModel(service),
		authenticate.HasModel(biometric.NewReferences(h.store, tokens)),
		authenticate.CheckUser(service, assertion.NewService(signing.New(keys, clock), member.NewSubjects(h.store, rand.Reader), clock), issuer)))
	h.keys = signing.New(keys, clock)
	h.serve = func(t testing.TB, event events.APIGatewayProxyRequest) answer {
		t.Helper()
		r, err := proxy(t.Context(), event)
		if err != nil {
			t.Fatal(err)
		}
		return answer{r.StatusCode, r.MultiValueHeaders, r.Body}
	}
	return h
}

func (h *fixture) join(t testing.TB, username string, pk int64, validFrom time.Time) {
	t.Helper()
	m := store.Member{Username: username, PK: pk, PasswordHash: "hash", TokensValidFrom: validFrom}
	if err := h.store.CreateMember(t.Context(), m); err != nil {
		t.Fatal(err)
	}
}

func (h *fixture) login(t testing.TB, token, username string, pk int64, at, expires time.Time) {
	t.Helper()
	s := store.Session{ID: sha256.Sum256([]byte(token)), Username: username, PK: pk, Issued: at, Used: at, Expires: expires}
	if err := h.store.CreateSession(t.Context(), s, store.Event{}, nil); err != nil {
		t.Fatal(err)
	}
}

// enrolled enrols the member.
func (h *fixture) enrolled(t testing.TB) *fixture {
	t.Helper()
	if a := h.serve(t, post(makeModel, file("data", recordings.Excerpt(t, enrolment)))); a.status != 200 {
		t.Fatalf("enrolment: %+v", a)
	}
	return h
}

// part is one part of a multipart form.
type part struct {
	name, filename string
	content        []byte
}

func file(name string, content []byte) part {
	return part{name, "2026-03-01 12:00:00 심전도.csv", content}
}

func field(name, value string) part { return part{name: name, content: []byte(value)} }

// form encodes the parts as a multipart body.
func form(parts ...part) (contentType string, body []byte) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name="%s"`, p.name)
		if p.filename != "" {
			disposition += fmt.Sprintf(`; filename="%s"`, p.filename)
			h.Set("Content-Type", "*/*")
		}
		h.Set("Content-Disposition", disposition)
		pw, err := w.CreatePart(h)
		if err == nil {
			_, err = pw.Write(p.content)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return w.FormDataContentType(), b.Bytes()
}

// post returns a multipart request of the member.
func post(path string, parts ...part) events.APIGatewayProxyRequest {
	contentType, body := form(parts...)
	return raw("POST", path, contentType, body)
}

// raw returns a request of the member with any body, as the gateway passes it on.
func raw(method, path, contentType string, body []byte) events.APIGatewayProxyRequest {
	e := events.APIGatewayProxyRequest{
		HTTPMethod:        method,
		Path:              path,
		MultiValueHeaders: map[string][]string{"Authorization": {"Token " + token}},
		Body:              base64.StdEncoding.EncodeToString(body),
		IsBase64Encoded:   true,
	}
	if contentType != "" {
		e.MultiValueHeaders["Content-Type"] = []string{contentType}
	}
	return e
}

// with returns e with another Authorization header, or without one for "".
func with(authorization string, e events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	delete(e.MultiValueHeaders, "Authorization")
	if authorization != "" {
		e.MultiValueHeaders["Authorization"] = []string{authorization}
	}
	return e
}

// refusal is the body of an error.
type refusal struct {
	Detail string `json:"detail"`
	Code   int    `json:"code"`
	Error  string `json:"error"`
}

// checkRefusal compares an answer with the status, the code and the three-field
// body.
func checkRefusal(t *testing.T, a answer, status int, code string) {
	t.Helper()
	var got refusal
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	if a.status != status || got.Code != status || got.Error != code || got.Detail == "" {
		t.Errorf("got %d %s, want %d %s", a.status, a.body, status, code)
	}
	if challenge := a.header["Www-Authenticate"]; (len(challenge) == 1 && challenge[0] == "Token") != (status == 401) {
		t.Errorf("WWW-Authenticate %q with status %d", challenge, status)
	}
}

func decoded(t testing.TB, e events.APIGatewayProxyRequest) []byte {
	t.Helper()
	body, err := base64.StdEncoding.DecodeString(e.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// reasonOf returns the answer's error, which must be one of a recording's
// reasons.
func reasonOf(t testing.TB, a answer) string {
	t.Helper()
	var got refusal
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		t.Fatalf("%d %q: %v", a.status, a.body, err)
	}
	reasons := []string{
		"recording_empty", "recording_unreadable", "recording_unsupported", "rate_unknown", "rate_implausible",
		"too_short", "too_few_beats", "no_beats", "leads_off", "clipped",
		"mains", "baseline_wander", "motion", "noisy",
	}
	if !slices.Contains(reasons, got.Error) {
		t.Errorf("%q is no reason of a recording", got.Error)
	}
	return got.Error
}
