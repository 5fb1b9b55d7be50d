package openid

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
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
	got := Back("https://shop.example/in?shop=1", "https://ecg.example.com", "a&b", "code", "c")
	if want := "https://shop.example/in?code=c&iss=https%3A%2F%2Fecg.example.com&shop=1&state=a%26b"; got != want {
		t.Error(got)
	}
}
