package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store"
)

func TestAFileIsTakenOnlyAtAnAddressThatIsSignedForItAndAwaited(t *testing.T) {
	const id = "0123456789abcdef0123456789abcdef"
	key, _ := store.UploadKey(7, id)
	other, _ := store.UploadKey(8, id)
	for _, tt := range []struct {
		name   string
		change func(q url.Values)
		body   string
		later  time.Duration
		before func(m *store.Member)
		want   int
	}{
		{name: "as signed", want: http.StatusOK},
		{name: "without a signature", change: func(q url.Values) { q.Del("signature") }, want: http.StatusNotFound},
		{name: "another's signature", change: func(q url.Values) { q.Set("signature", strings.Repeat("0", 64)) }, want: http.StatusNotFound},
		{name: "another key", change: func(q url.Values) { q.Set("key", other) }, want: http.StatusNotFound},
		{name: "another size than was signed", change: func(q url.Values) { q.Set("size", "6") }, body: "123456", want: http.StatusNotFound},
		{name: "a later end than was signed", change: func(q url.Values) { q.Set("expires", "99999999999") }, want: http.StatusNotFound},
		{name: "a body of another size", body: "1234", want: http.StatusBadRequest},
		{name: "too late", later: time.Minute, want: http.StatusNotFound},
		{name: "its member is gone", before: func(m *store.Member) { m.PK = 8 }, want: http.StatusNotFound},
		{name: "a template was deleted since", before: func(m *store.Member) { m.Uploads = nil }, want: http.StatusNotFound},
	} {
		t.Run(tt.name, func(t *testing.T) {
			now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			clock := func() time.Time { return now }
			members, objects := new(memory.Store), &memory.Objects{Now: clock}
			m := store.Member{Username: "kim", PK: 7, Uploads: []store.PendingUpload{{ID: id, Size: 5, Expires: now.Add(time.Hour)}}}
			if tt.before != nil {
				tt.before(&m)
			}
			if err := members.CreateMember(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			up, err := newUploads("http://here", members, objects, clock)
			if err != nil {
				t.Fatal(err)
			}
			put, err := up.PresignPut(t.Context(), key, 5, time.Minute)
			if err != nil {
				t.Fatal(err)
			}
			address, err := url.Parse(put.URL)
			if err != nil {
				t.Fatal(err)
			}
			q := address.Query()
			if tt.change != nil {
				tt.change(q)
			}
			address.RawQuery = q.Encode()
			body := tt.body
			if body == "" {
				body = "12345"
			}
			now = now.Add(tt.later)
			w := httptest.NewRecorder()
			up.ServeHTTP(w, httptest.NewRequest(put.Method, address.String(), strings.NewReader(body)))
			if w.Code != tt.want {
				t.Errorf("answered %d %s, want %d", w.Code, w.Body, tt.want)
			}
			list, _, err := objects.List(t.Context(), "", "", 10)
			if err != nil || len(list) > 0 != (tt.want == http.StatusOK) {
				t.Errorf("stored %+v, %v", list, err)
			}
		})
	}
}

// A page of another origin first asks whether it may upload.
func TestPagesOfEveryOriginMayUpload(t *testing.T) {
	up, err := newUploads("http://here", new(memory.Store), new(memory.Objects), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for method, want := range map[string]int{http.MethodOptions: http.StatusNoContent, http.MethodPut: http.StatusNotFound} {
		w := httptest.NewRecorder()
		up.ServeHTTP(w, httptest.NewRequest(method, uploadsPath, nil))
		if w.Code != want || w.Header().Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %v", method, w.Code, w.Header())
		}
	}
}

// A silent caller holds a connection for a limited time.
func TestEveryWaitOfTheServerHasALimit(t *testing.T) {
	s := newServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, limit := range map[string]time.Duration{
		"headers": s.ReadHeaderTimeout, "bodies": s.ReadTimeout, "answers": s.WriteTimeout, "idle connections": s.IdleTimeout,
	} {
		if limit <= 0 || limit > 3*time.Minute {
			t.Errorf("%s may take %v", name, limit)
		}
	}
	if s.MaxHeaderBytes <= 0 || s.MaxHeaderBytes > 1<<20 {
		t.Errorf("headers may have %d bytes", s.MaxHeaderBytes)
	}
}
