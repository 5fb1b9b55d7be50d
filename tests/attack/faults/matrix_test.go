package faults

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"systole/tests/support/long"
)

func newService(t *testing.T) *Service {
	t.Helper()
	h, err := NewService()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestEveryCallOfEveryRequestMayGoWrongInEveryWay(t *testing.T) {
	runs := 0
	for i, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) {
			h := newService(t)
			r := s.prepare(t, h)
			h.Arm(0, "")
			h.Send(r)
			calls := h.Calls()
			if len(calls) == 0 {
				t.Fatal("it calls no store")
			}
			for n, call := range calls {
				for _, kind := range few(Kinds, i+n) {
					runs++
					t.Run(fmt.Sprintf("%d %s %s", n+1, call, kind), func(t *testing.T) { s.holds(t, n+1, kind) })
				}
			}
		})
	}
	t.Logf("%d faults in %d scenarios", runs, len(scenarios()))
}

// few returns the kinds of faults to try on a call: all in a long run, otherwise
// two, which differ from call to call.
func few(all []Kind, call int) []Kind {
	if long.Enabled() {
		return all
	}
	half := len(all) / 2
	return []Kind{all[call%half], all[half+call%half]}
}

// holds makes one call fail and checks the stores afterwards.
func (s scenario) holds(t *testing.T, n int, kind Kind) {
	ctx := t.Context()
	h := newService(t)
	r := s.prepare(t, h)
	h.Arm(n, kind)
	a := h.Send(r)
	h.Arm(0, "")
	if !allowed(kind, a, s.again) {
		t.Errorf("answered %v", a)
	}
	if err := h.Broken(ctx); err != nil {
		t.Errorf("after the fault: %v", err)
	}
	if a.Status != http.StatusOK {
		a = s.repeat(t, h, r)
	}
	if a.Status == http.StatusOK {
		if err := s.done(h, r, a); err != nil {
			t.Errorf("answered as done: %v", err)
		}
	}
	if err := h.Broken(ctx); err != nil {
		t.Errorf("in the end: %v", err)
	}
	if orphans, err := h.Orphans(ctx); err != nil || len(orphans) > 0 {
		t.Errorf("clean-up leaves %q, %v", orphans, err)
	}
}

// allowed reports whether the answer to a request with a failed call is right:
// the answer of success, the answer without the fault, or the status for such a
// fault.
func allowed(kind Kind, a Answer, usual []string) bool {
	if a.Status == http.StatusOK || slices.Contains(usual, a.Word()) {
		return true
	}
	switch kind {
	case Throttled, TimeOut, TimeOutAfter, Slow:
		return a.Status == http.StatusServiceUnavailable
	}
	return a.Status == http.StatusInternalServerError
}

// repeat sends the request again as its caller would. It must succeed, be refused
// because the first one took effect, or require a new log-in.
func (s scenario) repeat(t *testing.T, h *Service, r Request) Answer {
	t.Helper()
	a := h.Send(r)
	if a.Status == http.StatusOK {
		return a
	}
	if !slices.Contains(s.again, a.Word()) {
		t.Errorf("repeated, it is answered %v", a)
	}
	if a.Word() != "token_invalid" || s.name != "deletion of the account" {
		return a
	}
	in := h.Send(Request{Method: "POST", Path: "/members/login/", Form: credentials})
	if in.Status != http.StatusOK { // the first request deleted the account
		return Answer{Status: http.StatusOK}
	}
	r.Token = in.Body["token"].(string)
	return h.Send(r)
}

func TestEveryCallOfCleanUpMayGoWrongInEveryWay(t *testing.T) {
	prepare := func(t *testing.T) *Service {
		h := newService(t)
		enrolled(t, h)
		for _, key := range []string{"models/99/orphan", "uploads/99/a/0"} {
			if err := h.Objects.Put(t.Context(), key, []byte("left behind")); err != nil {
				t.Fatal(err)
			}
			if err := h.Members.NoteLeftover(t.Context(), h.now, key); err != nil {
				t.Fatal(err)
			}
		}
		h.now = h.now.Add(400 * 24 * time.Hour) // everything that expires has expired
		return h
	}
	h := prepare(t)
	h.Arm(0, "")
	if _, err := h.cleaner.Run(t.Context(), false); err != nil {
		t.Fatal(err)
	}
	listed := 0
	for n, call := range h.Calls() {
		if call == "DueUntil" {
			if listed++; listed%16 != 1 { // most of the lists are empty and alike
				continue
			}
		}
		for _, kind := range Kinds {
			if kind == Slow { // a run has minutes, and another test covers its deadline
				continue
			}
			t.Run(fmt.Sprintf("%d %s %s", n+1, call, kind), func(t *testing.T) {
				ctx, h := t.Context(), prepare(t)
				h.Arm(n+1, kind)
				h.cleaner.Run(ctx, false) // the run may fail: its errors go to the log
				h.Arm(0, "")
				if err := h.Broken(ctx); err != nil {
					t.Errorf("after the fault: %v", err)
				}
				for range 3 { // later runs, at least an hour later, complete what this one left
					h.now = h.now.Add(2 * time.Hour)
					if _, err := h.cleaner.Run(ctx, false); err != nil {
						t.Fatal(err)
					}
				}
				if keys, err := h.Left(ctx); err != nil || len(keys) > 0 {
					t.Errorf("left: %q, %v", keys, err)
				}
			})
		}
	}
}
