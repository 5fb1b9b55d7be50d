package handoff

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/shared/api"
)

type maker struct{}

func (maker) Make(context.Context, string) (string, error) { return "ABCDEFGHIJKLMNOPQRSTUVWXYZ", nil }

func asked(t *testing.T, page string) (status int, body struct {
	Address, Error string
	Rows           []string
}) {
	t.Helper()
	sent, err := json.Marshal(map[string]string{"page": page})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, api.PathHandOff+"/", strings.NewReader(string(sent)))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Token "+strings.Repeat("0", 40))
	w := httptest.NewRecorder()
	api.New(api.Settings{}, HandOff(maker{})).ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatal(err)
	}
	return w.Code, body
}

func TestTheCodeStandsBehindThePagesNumberSign(t *testing.T) {
	for _, page := range []string{"http://192.168.0.7:8000/", "https://x.execute-api.eu-central-1.amazonaws.com/prod/"} {
		status, body := asked(t, page)
		if status != http.StatusOK || body.Address != page+"#hand-off=ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
			t.Fatalf("%s: %d %+v", page, status, body)
		}
		// A finder pattern is in three corners; tests/browser reads the whole code
		// with a decoder.
		if !strings.HasPrefix(body.Rows[0], "1111111") || !strings.HasSuffix(body.Rows[0], "1111111") || !strings.HasPrefix(body.Rows[len(body.Rows)-1], "1111111") {
			t.Errorf("%q", body.Rows)
		}
	}
}

func TestWhatIsNoPageIsRefused(t *testing.T) {
	for _, page := range []string{"javascript:alert(1)", "/", "http://", "https://a@b/", "https://a/#b", "ftp://a/", "http://a/" + strings.Repeat("a", 300)} {
		if status, body := asked(t, page); status != http.StatusBadRequest || body.Error != "field_invalid" {
			t.Errorf("%.40q: %d %+v", page, status, body)
		}
	}
}
