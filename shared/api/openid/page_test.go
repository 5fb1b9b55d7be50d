package openid

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/store"
)

func TestThePolicyAllowsThePagesOwnStyle(t *testing.T) {
	sum := sha256.Sum256([]byte(style))
	if got := base64.StdEncoding.EncodeToString(sum[:]); got != styleHash {
		t.Errorf("the style's hash is %s", got)
	}
}

func TestWhatAClientSendsIsTextOnThePage(t *testing.T) {
	w := httptest.NewRecorder()
	if err := ShowRefusal(w, httptest.NewRequest("GET", "/", nil), "<script>", `"><img src=x onerror=alert(1)>`); err != nil {
		t.Fatal(err)
	}
	if body := w.Body.String(); strings.Contains(body, "<img") || strings.Contains(body, "<script>") {
		t.Error(body)
	}
	if kind := w.Header().Get("Content-Type"); kind != "text/html; charset=utf-8" {
		t.Error(kind)
	}
	r := httptest.NewRequest("GET", `/?state="><script>alert(1)</script>`, nil)
	if err := r.ParseForm(); err != nil {
		t.Fatal(err)
	}
	w = httptest.NewRecorder()
	if err := AskLogOut(w, r, "https://shop.example/out"); err != nil {
		t.Fatal(err)
	}
	if body := w.Body.String(); strings.Contains(body, "<script>") || !strings.Contains(body, "&lt;script&gt;") {
		t.Error(body)
	}
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' https://shop.example") {
		t.Error(policy)
	}
}

func TestAnAnswerKeepsWhatTheClientsAddressHas(t *testing.T) {
	for _, tt := range []struct {
		uri, state string
		pairs      []string
		want       string
	}{
		{"https://shop.example/in?shop=1", "a&b", []string{"code", "c"}, "https://shop.example/in?code=c&iss=https%3A%2F%2Fecg.example.com&shop=1&state=a%26b"},
		{"https://shop.example/in", "", []string{"error", "e", "error_description", "d"}, "https://shop.example/in?error=e&error_description=d&iss=https%3A%2F%2Fecg.example.com"},
		{"https://%zz", "s", []string{"code", "c"}, "https://%zz"},
	} {
		if got := Back(tt.uri, "https://ecg.example.com", tt.state, tt.pairs...); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}

func TestNoAddressIsAddedToThePolicyWhereThereIsNone(t *testing.T) {
	for next, want := range map[string]string{"": "form-action 'self'", "https://%zz": "form-action 'self'", "https://a.example/out": "form-action 'self' https://a.example"} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("GET", "/", nil)
		if err := r.ParseForm(); err != nil {
			t.Fatal(err)
		}
		if err := AskLogOut(w, r, next); err != nil {
			t.Fatal(err)
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasSuffix(policy, want) {
			t.Errorf("%q: %s", next, policy)
		}
	}
}

// A cookie of another form counts as none: its browser gets a new word.
func TestACookieOfAnotherFormIsNone(t *testing.T) {
	word := strings.Repeat("A", 26)
	for _, tt := range []struct {
		cookie string
		known  bool
		secret string
	}{{word + ".t", true, "t"}, {word, true, ""}, {word + ".", true, ""}, {word[1:] + ".t", false, ""}, {word + "A.t", false, ""}, {"", false, ""}} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Cookie", "__Host-systole="+tt.cookie)
		b := BrowserOf(r)
		if (b.Word == word) != tt.known || b.Secret != tt.secret || len(b.Word) != 26 {
			t.Errorf("%q: %+v", tt.cookie, b)
		}
	}
}

func TestAnAddressThatIsNoneHasNoPages(t *testing.T) {
	r := httptest.NewRequest("POST", "/", nil)
	r.Header.Set("Origin", "https://%zz")
	if err := SameSite(r, "https://%zz"); !fault.Is(err, fault.CrossSite) {
		t.Error(err)
	}
}

// down is a set of keys that cannot be read.
type down struct{}

func (down) JSON(context.Context) ([]byte, error) { return []byte("{}"), store.ErrUnavailable }

func TestAServiceThatDoesntKnowItsAddressSaysHowToSetIt(t *testing.T) {
	var log bytes.Buffer
	w := httptest.NewRecorder()
	h := api.New(api.Settings{Logger: slog.New(slog.NewTextHandler(&log, nil))}, Configuration(Settings{}))
	h.ServeHTTP(w, httptest.NewRequest("GET", api.PathConfiguration, nil))
	if w.Code != 500 || !strings.Contains(log.String(), "set ISSUER") {
		t.Errorf("%d, logged %s", w.Code, log.String())
	}
}

func TestKeysThatCantBeReadAreAnswered503(t *testing.T) {
	w := httptest.NewRecorder()
	api.New(api.Settings{}, Keys(down{})).ServeHTTP(w, httptest.NewRequest("GET", api.PathKeys, nil))
	if w.Code != 503 || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}
