package members

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"systole/shared/api"
	"systole/shared/store"
)

// book is an activity of two pages; the cursor of the second is "\x00\xff".
type book struct{}

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func (book) Activity(_ context.Context, _, cursor string) ([]store.Event, string, error) {
	if cursor == "\x00\xff" {
		return []store.Event{{Kind: "signed_up", At: noon}}, "", nil
	}
	return []store.Event{{Kind: "log_in_failed", At: noon, First: noon.Add(-time.Minute), Count: 37, Networks: []string{"a", "b"}}}, "\x00\xff", nil
}

// cursorOf returns a cursor of n bytes in the form in which it is sent.
func cursorOf(n int) string { return base64.RawURLEncoding.EncodeToString(make([]byte, n)) }

func TestTheActivityIsReadPageByPage(t *testing.T) {
	h := api.New(api.Settings{}, Activity(book{}))
	for _, tt := range []struct {
		query  string
		status int
		want   string
	}{
		{"", 200, `{"activity":[{"at":"2026-03-01T12:00:00Z","event":"log_in_failed","count":37,"since":"2026-03-01T11:59:00Z","networks":2}],"next":"AP8","code":200}`},
		{"?after=AP8", 200, `{"activity":[{"at":"2026-03-01T12:00:00Z","event":"signed_up","count":1}],"code":200}`},
		{"?after=%00", 400, `"field":"after"`},
		{"?after=" + cursorOf(100), 200, `"count":37`},
		{"?after=" + cursorOf(101), 400, `"field":"after"`},
	} {
		r := httptest.NewRequest(http.MethodGet, "/members/activity/"+tt.query, nil)
		r.Header.Set("Authorization", "Token "+strings.Repeat("a", 40))
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
			t.Errorf("%q: %d %s, want %d %s", tt.query, w.Code, w.Body, tt.status, tt.want)
		}
	}
}
