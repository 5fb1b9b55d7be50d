package storetest

import (
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/store"
)

// unlimited admits every probe.
var unlimited = store.Backoff{Free: 1000}

// probeOf returns a probe at the time of the tests, and its member's session.
func probeOf(m store.Member, id string, limit store.Backoff) (store.Session, store.Probe) {
	session := newSession(m.Username)
	session.PK, session.ValidFrom = m.PK, m.TokensValidFrom
	return session, store.Probe{ID: id, Digest: []byte("digest " + id), At: now, Limit: limit}
}

func register(t *testing.T, s Store, m store.Member, id string, limit store.Backoff) error {
	session, p := probeOf(m, id, limit)
	_, err := s.RegisterProbe(t.Context(), session, p)
	return err
}

// probes runs the conformance tests of a store that admits and counts probes.
func probes(t *testing.T, s Store) {
	enrolled := func(t *testing.T) store.Member {
		m, model := newMember(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m, model, nil))
		m.Template, m.Seen, m.Digests = &model, model.Used, map[string][]byte{}
		return m
	}
	t.Run("probes are registered, counted, seen, removed and archived", func(t *testing.T) {
		m, second := enrolled(t), newModel()
		for _, id := range []string{"a", "b", "c"} {
			session, p := probeOf(m, id, unlimited)
			m.Digests[id] = p.Digest
			m.Template.Failures++
			m.Template.FailedAt = now
			m.LastCheck = store.LastCheck{ID: id, At: now}
			for range 2 { // a lost reply
				got, err := s.RegisterProbe(t.Context(), session, p)
				must(t, err)
				if !reflect.DeepEqual(got, m) {
					t.Errorf("presented\n%+v, want\n%+v", got, m)
				}
			}
		}
		must(t, s.RemoveProbe(t.Context(), m.Username, "b"))
		must(t, s.RemoveProbe(t.Context(), m.Username, "b"))
		delete(m.Digests, "b")
		wantMember(t, s, m)
		must(t, s.SetTemplate(t.Context(), m, second, []string{"a"}))
		delete(m.Digests, "a")
		m.Template = &second
		wantMember(t, s, m)
		must(t, register(t, s, m, "e", unlimited))
		m.Digests["e"], m.LastCheck = []byte("digest e"), store.LastCheck{ID: "e", At: now}
		must(t, s.ClearTemplate(t.Context(), m, now, "", []string{"c"}))
		delete(m.Digests, "c")
		m.Template, m.Seen, m.Removed, m.Failed = nil, time.Time{}, now, store.Attempts{Failures: 1, FailedAt: now}
		wantMember(t, s, m)
		wantErr(t, register(t, s, m, "d", unlimited), store.ErrConflict)
		wantMember(t, s, m)
		nobody := newMember()
		wantErr(t, register(t, s, nobody, "a", unlimited), store.ErrNotFound)
		must(t, s.RemoveProbe(t.Context(), nobody.Username, "a"))
		_, err := s.Member(t.Context(), nobody.Username)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("of requests with one key at once one is admitted, and another a minute later", func(t *testing.T) {
		m := enrolled(t)
		again := func(i int, at time.Time) (store.Member, error) {
			session, p := probeOf(m, fmt.Sprint("p", i), unlimited)
			p.Key, p.At, p.Since = "k", at, at.Add(-time.Minute)
			return s.RegisterProbe(t.Context(), session, p)
		}
		if won := race(t, 16, store.ErrConflict, func(i int) error {
			got, err := again(i, now)
			if got.LastCheck.Key != "k" || got.Template.Failures != 1 || len(got.Digests) != 1 {
				t.Errorf("member %+v", got)
			}
			return err
		}); won != 1 {
			t.Errorf("%d of 16 admitted, want 1", won)
		}
		_, err := again(20, now.Add(time.Minute-time.Nanosecond))
		wantErr(t, err, store.ErrConflict)
		_, err = again(20, now.Add(time.Minute))
		must(t, err)
	})
	t.Run("of probes registered at once each is seen by all but one", func(t *testing.T) {
		m := enrolled(t)
		var alone atomic.Int32
		race(t, 16, store.ErrConflict, func(i int) error {
			session, p := probeOf(m, fmt.Sprint("p", i), unlimited)
			got, err := s.RegisterProbe(t.Context(), session, p)
			if err == nil && len(got.Digests) == 1 {
				alone.Add(1)
			}
			return err
		})
		if alone.Load() != 1 {
			t.Errorf("%d saw no other's digest, want 1", alone.Load())
		}
	})
	t.Run("of probes at once no more are admitted than the limit says", func(t *testing.T) {
		m, limit := enrolled(t), store.Backoff{Free: 5, First: time.Minute, Longest: time.Hour, Most: 7}
		won := race(t, 16, store.ErrConflict, func(i int) error { return register(t, s, m, fmt.Sprint("p", i), limit) })
		if won != 5 {
			t.Errorf("%d of 16 admitted, want 5", won)
		}
		session, p := probeOf(m, "later", limit)
		for i, wait := range []time.Duration{time.Minute, 2 * time.Minute} {
			p.ID, p.At = fmt.Sprint("early", i), p.At.Add(wait-time.Nanosecond)
			got, err := s.RegisterProbe(t.Context(), session, p)
			wantErr(t, err, store.ErrConflict)
			if got.PK != m.PK || got.Template.Failures != 5+i {
				t.Errorf("refused with %+v", got)
			}
			p.ID, p.At = fmt.Sprint("later", i), p.At.Add(time.Nanosecond)
			_, err = s.RegisterProbe(t.Context(), session, p)
			must(t, err)
		}
		p.ID, p.At = "never", p.At.Add(24*time.Hour)
		_, err := s.RegisterProbe(t.Context(), session, p)
		wantErr(t, err, store.ErrConflict)
	})
	t.Run("a session that isn't the member's counts nothing", func(t *testing.T) {
		m := enrolled(t)
		for _, change := range []func(*store.Session){
			func(s *store.Session) { s.PK++ },
			func(s *store.Session) { s.ValidFrom = s.ValidFrom.Add(time.Second) },
		} {
			session, p := probeOf(m, "a", unlimited)
			change(&session)
			got, err := s.RegisterProbe(t.Context(), session, p)
			wantErr(t, err, store.ErrConflict)
			if got.PK != m.PK || got.Template.Failures != 0 || len(got.Digests) != 0 {
				t.Errorf("refused with %+v", got)
			}
		}
	})
	t.Run("a withdrawn probe's count is taken back once", func(t *testing.T) {
		m := enrolled(t)
		must(t, register(t, s, m, "a", unlimited))
		must(t, register(t, s, m, "b", unlimited))
		wantErr(t, s.WithdrawProbe(t.Context(), m.Username, "other", "a"), store.ErrConflict)
		for range 2 { // a lost reply
			must(t, s.WithdrawProbe(t.Context(), m.Username, m.Template.Version, "a"))
		}
		m.Digests["b"] = []byte("digest b")
		m.Template.Failures, m.Template.FailedAt = 1, now
		wantMember(t, s, m)
		must(t, s.WithdrawProbe(t.Context(), unique("nobody"), "v", "a"))
	})
	t.Run("an acceptance clears the failures of the current version only", func(t *testing.T) {
		m := enrolled(t)
		later := now.Add(30 * 24 * time.Hour)
		must(t, register(t, s, m, "a", unlimited))
		wantErr(t, s.RecordAcceptance(t.Context(), m.Username, "other", later), store.ErrConflict)
		must(t, s.RecordAcceptance(t.Context(), m.Username, m.Template.Version, later))
		m.Digests["a"] = []byte("digest a")
		m.Template.Used, m.LastCheck = later, store.LastCheck{ID: "a", At: now}
		wantMember(t, s, m)
	})
}
