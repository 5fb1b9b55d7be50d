package authenticate_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"systole/shared/api"
	"systole/shared/api/authenticate"
)

// deleter records its calls.
type deleter struct {
	whole bool
	since time.Time
	days  int // days left
}

func (d *deleter) DeleteTemplate(context.Context, string) error {
	d.whole = true
	return nil
}

func (d *deleter) DeleteSince(_ context.Context, _ string, since time.Time) (int, error) {
	d.since = since
	return d.days, nil
}

func TestDeletionOfWhatWasAddedSinceATime(t *testing.T) {
	for _, tt := range []struct {
		query  string
		left   int
		status int
		since  string
		says   string
	}{
		{"", 2, 200, "", "Your enrolled ECG is deleted."},
		{"?since=2026-03-02", 2, 200, "2026-03-02T00:00:00Z", "is kept"},
		{"?since=2026-03-02", 0, 200, "2026-03-02T00:00:00Z", "Your enrolled ECG is deleted."},
		{"?since=2026-03-02T09:30:00%2B09:00", 1, 200, "2026-03-02T00:30:00Z", "is kept"},
		{"?since=2026-03-02T00:30:00.250Z", 1, 200, "2026-03-02T00:30:00.25Z", "is kept"},
		{"?since=", 1, 400, "", "field_invalid"},
		{"?since=yesterday", 1, 400, "", "field_invalid"},
		{"?since=2026-02-30", 1, 400, "", "field_invalid"},
	} {
		d := &deleter{days: tt.left}
		r := httptest.NewRequest(http.MethodDelete, "/authenticate/model/"+tt.query, nil)
		r.Header.Set("Authorization", "Token "+token)
		r.Header.Set("Accept-Language", "en")
		w := httptest.NewRecorder()
		api.New(api.Settings{}, authenticate.DeleteModel(d)).ServeHTTP(w, r)
		if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.says) {
			t.Errorf("%q: %d %s, want %d and %q", tt.query, w.Code, w.Body, tt.status, tt.says)
		}
		if got := d.since; tt.since == "" && !got.IsZero() || tt.since != "" && got.UTC().Format(time.RFC3339Nano) != tt.since {
			t.Errorf("%q: since %v, want %s", tt.query, got, tt.since)
		}
		if d.whole != (tt.query == "") {
			t.Errorf("%q: the whole template: %v", tt.query, d.whole)
		}
	}
}
