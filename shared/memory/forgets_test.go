package memory

import (
	"fmt"
	"testing"
	"time"

	"systole/shared/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An expired item is removed when the next one of its kind is written.
func TestWhatHasExpiredIsForgotten(t *testing.T) {
	s, ctx := new(Store), t.Context()
	hour, later := noon.Add(time.Hour), noon.Add(2*time.Hour)
	count := func(key string, at, expires time.Time) {
		must(t, s.AdmitAttempt(ctx, key, store.Backoff{Free: 9}, at, expires))
	}
	grant := func(id byte, at, expires time.Time) {
		must(t, s.CreateGrant(ctx, store.Grant{ID: store.GrantID{id}, Kind: "code", Made: at, Expires: expires}))
	}
	event := func(at, expires time.Time) {
		must(t, s.Note(ctx, "kim", store.Event{Kind: "k", At: at, Expires: expires}))
	}
	count("a", noon, hour)
	count("b", noon, hour.Add(1))
	grant(1, noon, hour)
	grant(2, noon, hour.Add(1))
	event(noon, hour)
	event(noon.Add(1), hour.Add(1))
	count("c", hour, later)
	grant(3, hour, later)
	event(hour, later)
	if len(s.attempts) != 2 || len(s.grants) != 2 || len(s.events["kim"]) != 2 {
		t.Errorf("left %v, %v, %v", s.attempts, s.grants, s.events)
	}
	if s.attempts["b"].Failures != 1 || s.grants[store.GrantID{2}].Kind != "code" {
		t.Error("what expires later is gone")
	}
}

func TestAnEntryThatWasRenewedSinceItWasListedStays(t *testing.T) {
	s, ctx := new(Store), t.Context()
	flood := store.Event{Kind: "k", At: noon, Expires: noon.Add(time.Hour), Within: 24 * time.Hour}
	must(t, s.Note(ctx, "kim", flood))
	listed := s.due(store.DueActivity)
	flood.Expires = noon.Add(2 * time.Hour)
	must(t, s.Note(ctx, "kim", flood))
	must(t, s.ExpireActivity(ctx, append(listed, store.Due{Kind: store.DueActivity, At: noon, Key: "nobody\x00place"})))
	if events, _, err := s.ActivityOf(ctx, "kim", "", 9); err != nil || len(events) != 1 || events[0].Count != 2 {
		t.Errorf("left %+v, %v", events, err)
	}
	must(t, s.ExpireActivity(ctx, s.due(store.DueActivity)))
	if events, _, err := s.ActivityOf(ctx, "kim", "", 9); err != nil || len(events) != 0 {
		t.Errorf("at the end %+v, %v", events, err)
	}
}

func TestTheLastPageHasNoCursor(t *testing.T) {
	s, o, ctx := new(Store), &Objects{Now: func() time.Time { return noon }}, t.Context()
	for i := range 4 {
		must(t, s.CreateMember(ctx, store.Member{Username: fmt.Sprint("u", i), PK: int64(i + 1)}))
		must(t, s.CreateSession(ctx, store.Session{ID: store.TokenID{byte(i)}}, store.Event{}, nil))
		must(t, o.Put(ctx, fmt.Sprint("o", i), nil))
		must(t, s.NoteLeftover(ctx, noon, fmt.Sprintf("models/%d/v", i)))
	}
	for name, page := range map[string]func(cursor string) (int, string, error){
		"members": func(cursor string) (int, string, error) {
			all, next, err := s.MembersPage(ctx, cursor, 2)
			return len(all), next, err
		},
		"sessions": func(cursor string) (int, string, error) {
			all, next, err := s.SessionsPage(ctx, cursor, 2)
			return len(all), next, err
		},
		"objects": func(cursor string) (int, string, error) {
			all, next, err := o.List(ctx, "", cursor, 2)
			return len(all), next, err
		},
	} {
		n, next, err := page("")
		if err != nil || n != 2 || next == "" {
			t.Errorf("%s: %d on the first page, cursor %q, %v", name, n, next, err)
		}
		if n, next, err := page(next); err != nil || n != 2 || next != "" {
			t.Errorf("%s: %d on the last page, cursor %q, %v", name, n, next, err)
		}
	}
}
