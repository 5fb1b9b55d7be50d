package answers

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/infra/restapi"
	"systole/infra/service"
	"systole/shared/api"
	"systole/shared/aws/gateway"
	"systole/shared/biometric/protect"
	"systole/shared/config"
	"systole/shared/memory"
	"systole/shared/provider"
	"systole/shared/store"
	"systole/shared/store/storetest"
	"systole/tests/support/fixture"
	"systole/tests/support/relying"
)

// A deployment is the whole service behind API Gateway's events on stores in memory,
// with a clock and a caller who speaks one language.
type deployment struct {
	language string
	handle   func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)
	now      time.Time
	names    names

	mu    sync.Mutex
	calls []string // to the stores since the last request
	fail  func(call string) error
}

var began = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func open(t *testing.T, language string, change func(*config.Config)) *deployment {
	t.Helper()
	h := &deployment{language: language, now: began, names: make(names)}
	clock := func() time.Time { return h.now }
	keys, err := protect.NewRing("a secret of the tests, and of nobody else")
	if err != nil {
		t.Fatal(err)
	}
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	if settings.Clients, err = provider.ParseClients(relying.Registrations()); err != nil {
		t.Fatal(err)
	}
	change(&settings)
	kept := &storetest.Hooked{Store: new(memory.Store), Hook: h.call}
	if settings.Clients == nil {
		relying.Register(t, kept)
	}
	objects := &storetest.HookedObjects{Objects: &memory.Objects{Now: clock}, Hook: h.call}
	stores := service.Stores{Members: kept, Sessions: kept, Grants: kept, Objects: objects, Keys: keys, Uploads: presigner{h}}
	h.handle = gateway.Proxy(api.New(api.Settings{Now: clock}, service.RoutesWith(wording{}, settings, stores, clock, rand.Reader)...))
	return h
}

// presigner returns addresses for uploads.
type presigner struct{ *deployment }

func (p presigner) PresignPut(ctx context.Context, key string, size int64, lifetime time.Duration) (put store.SignedPut, err error) {
	return store.SignedPut{Method: "PUT", URL: "https://bucket.example/upload", Headers: map[string]string{"X-Size": fmt.Sprint(size)}},
		p.call(ctx, "PresignPut", func() error { return nil })
}

// answer is an answer of the service: its lines as walks have them, and the
// body's fields.
type answer struct {
	status int
	header map[string][]string
	body   string
}

// send sends the request of a step.
func (h *deployment) send(t *testing.T, s step) answer {
	t.Helper()
	h.now = h.now.Add(s.wait)
	h.calls = nil
	event, err := restapi.Event(h.request(t, s))
	if err != nil {
		t.Fatal(err)
	}
	event.RequestContext.Identity.SourceIP = cmp.Or(s.header.Get("X-From"), "192.0.2.7")
	event.RequestContext.RequestID = requestID
	if domain, stage, ok := strings.Cut(s.header.Get("X-Gateway"), "/"); ok {
		event.RequestContext.DomainName, event.RequestContext.Path = domain, "/"+stage+event.Path
	}
	a, err := h.handle(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	return answer{a.StatusCode, a.MultiValueHeaders, a.Body}
}

func (h *deployment) request(t *testing.T, s step) *http.Request {
	t.Helper()
	contentType, body := "application/x-www-form-urlencoded", []byte(h.names.values(s.form))
	if len(s.files) > 0 {
		var b bytes.Buffer
		w := multipart.NewWriter(&b)
		for _, file := range s.files {
			name, content, _ := strings.Cut(file, "=")
			part, _ := w.CreateFormFile(name, "ecg.csv") // writes to memory cannot fail
			part.Write([]byte(content))
		}
		for pair := range strings.SplitSeq(h.names.values(s.form), "&") {
			if name, value, ok := strings.Cut(pair, "="); ok {
				value, err := url.QueryUnescape(value)
				if err != nil {
					t.Fatal(err)
				}
				w.WriteField(name, value)
			}
		}
		w.Close()
		contentType, body = w.FormDataContentType(), b.Bytes()
	}
	r := httptest.NewRequest(s.method, h.names.values(s.path), bytes.NewReader(body))
	if len(body) > 0 {
		r.Header.Set("Content-Type", contentType)
	}
	r.Header.Set("Accept-Language", h.language)
	for name, values := range s.header {
		r.Header.Set(name, h.names.values(values[0]))
	}
	return r
}

// call notes a call to a store and makes it fail if the test wants it to.
func (h *deployment) call(_ context.Context, method string, call func() error) error {
	h.mu.Lock()
	n := 1
	for _, c := range h.calls {
		if c == method || strings.HasPrefix(c, method+" ") {
			n++
		}
	}
	name := method
	if n > 1 {
		name = fmt.Sprint(method, " ", n)
	}
	h.calls = append(h.calls, name)
	fail := h.fail
	h.mu.Unlock()
	if fail != nil {
		if err := fail(name); err != nil {
			return err
		}
	}
	return call()
}

const requestID = "the-request"

// usualHeader are the headers that every answer has, unless a walk names others.
var usualHeader = map[string][]string{
	"Cache-Control":                {"no-store"},
	"Content-Security-Policy":      {"default-src 'none'; frame-ancestors 'none'"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
	"Referrer-Policy":              {"no-referrer"},
	"Strict-Transport-Security":    {"max-age=31536000; includeSubDomains"},
	"X-Content-Type-Options":       {"nosniff"},
	"X-Frame-Options":              {"DENY"},
	"Vary":                         {"Accept-Language"},
	"X-Request-Id":                 {requestID},
	"Content-Type":                 {"application/json; charset=utf-8"},
}

// lines returns an answer in the form of a walk: the status with the language,
// the headers beside the usual ones, and the body with names in place of drawn
// values.
func (h *deployment) lines(a answer) []string {
	first := fmt.Sprint(a.status)
	if language := a.header["Content-Language"]; len(language) > 0 {
		first += " " + strings.Join(language, ", ")
	}
	lines := []string{first}
	for _, name := range slices.Sorted(maps.Keys(a.header)) {
		if name != "Content-Language" && !slices.Equal(a.header[name], usualHeader[name]) {
			lines = append(lines, name+": "+h.names.named(strings.Join(a.header[name], ", ")))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(usualHeader)) {
		if _, there := a.header[name]; !there {
			lines = append(lines, "no "+name)
		}
	}
	for line := range strings.SplitSeq(strings.TrimSpace(a.body), "\n") {
		if line != "" {
			lines = append(lines, h.names.named(line))
		}
	}
	return lines
}

// names maps drawn values to names: <token-1> is the first token of a walk.
type names map[string]string

// The kinds of drawn values, by patterns that no other text of an answer matches.
var kinds = []struct {
	name  string
	whole *regexp.Regexp
}{
	{"token", regexp.MustCompile(`^[0-9a-f]{40}$`)},
	{"nonce", regexp.MustCompile(`^[0-9a-f]{32}$`)},
	{"session", regexp.MustCompile(`^[0-9a-f]{16}$`)},
	{"word", regexp.MustCompile(`^[A-Z2-7]{26}$`)},
	{"code", regexp.MustCompile(`^[0-9A-Z]{4}(-[0-9A-Z]{4}){5}$`)},
	{"secret", regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)},
	{"jwt", regexp.MustCompile(`^eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$`)},
	{"row", regexp.MustCompile(`^[01]{21,}$`)}, // of a QR code
}

const shortest = 16 // bytes of a drawn value

var (
	drawnPK = regexp.MustCompile(`"pk":[0-9]+`)
	// The library that issues these tokens reads the real clock.
	secondsLeft = regexp.MustCompile(`"expires_in":[0-9]+,"id_token"`)
)

// named returns the text with names in place of drawn values.
func (n names) named(text string) string {
	text = secondsLeft.ReplaceAllString(text, `"expires_in":<seconds>,"id_token"`)
	if strings.Contains(text, `"pk":`) {
		text = drawnPK.ReplaceAllStringFunc(text, func(value string) string { return `"pk":` + n.name("pk", value) })
	}
	var b strings.Builder
	for text != "" {
		end := strings.IndexFunc(text, func(r rune) bool { return !partOfValue(r) })
		if end < 0 {
			end = len(text)
		}
		b.WriteString(n.classified(text[:end]))
		text = text[end:]
		rest := strings.IndexFunc(text, partOfValue)
		if rest < 0 {
			rest = len(text)
		}
		b.WriteString(text[:rest])
		text = text[rest:]
	}
	return b.String()
}

func partOfValue(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || r == '-' || r == '_' || r == '.'
}

// classified returns the name of a drawn value, or of several joined by points;
// it returns any other word unchanged.
func (n names) classified(word string) string {
	if len(word) < shortest {
		return word
	}
	for _, kind := range kinds {
		switch {
		case !kind.whole.MatchString(word):
		case kind.name == "row":
			return "."
		default:
			return n.name(kind.name, word)
		}
	}
	if first, rest, ok := strings.Cut(word, "."); ok {
		return n.classified(first) + "." + n.classified(rest)
	}
	return word
}

// name returns the value's name and gives it a new one if it has none.
func (n names) name(kind, value string) string {
	if n[value] == "" {
		count := 1
		for _, name := range n {
			if strings.HasPrefix(name, "<"+kind+"-") {
				count++
			}
		}
		n[value] = fmt.Sprintf("<%s-%d>", kind, count)
	}
	return n[value]
}

// values returns the text with drawn values in place of their names.
func (n names) values(text string) string {
	for value, name := range n {
		text = strings.ReplaceAll(text, name, value)
	}
	return text
}

// differing returns the fields of the second of two JSON answers that differ from
// the first; it returns the whole second line if one of them is no object.
func differing(a, b string) string {
	var first, second map[string]any
	if json.Unmarshal([]byte(a), &first) != nil || json.Unmarshal([]byte(b), &second) != nil {
		return b
	}
	maps.DeleteFunc(second, func(name string, value any) bool { return reflect.DeepEqual(value, first[name]) })
	var text bytes.Buffer
	out := json.NewEncoder(&text)
	out.SetEscapeHTML(false)
	if err := out.Encode(second); err != nil {
		return b
	}
	return strings.TrimSpace(text.String())
}

func parsed(text string, into any) bool { return json.Unmarshal([]byte(text), into) == nil }
