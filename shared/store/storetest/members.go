package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/store"
)

// members runs what is asked of a store of members.
func members(t *testing.T, s Store) {
	t.Run("a member comes back as it was created", func(t *testing.T) {
		full := newMember()
		bare := store.Member{Username: unique("bare"), PK: randomPK(), Name: "n", PasswordHash: unique("h"), Created: now}
		for _, m := range []store.Member{full, bare} {
			must(t, s.CreateMember(t.Context(), m))
			wantMember(t, s, m)
		}
	})
	t.Run("an unknown member is not found", func(t *testing.T) {
		_, err := s.Member(t.Context(), unique("nobody"))
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("a user name is taken once", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		other := m
		other.PasswordHash = unique("other")
		wantErr(t, s.CreateMember(t.Context(), other), store.ErrExists)
		wantMember(t, s, m)
	})
	t.Run("the same creation succeeds again, as after a lost reply", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.CreateMember(t.Context(), m))
	})
	t.Run("of many sign-ups with one name exactly one wins", func(t *testing.T) {
		m := newMember()
		won := race(t, 50, store.ErrExists, func(i int) error {
			racer := m
			racer.PasswordHash = fmt.Sprint("hash of racer ", i)
			return s.CreateMember(t.Context(), racer)
		})
		if won != 1 {
			t.Errorf("%d sign-ups won, want 1", won)
		}
	})
	t.Run("a password is replaced only if it is the one known", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.ReplacePassword(t.Context(), m.Username, m.PasswordHash, "new", time.Time{}))
		must(t, s.ReplacePassword(t.Context(), m.Username, m.PasswordHash, "new", time.Time{}))
		wantErr(t, s.ReplacePassword(t.Context(), m.Username, m.PasswordHash, "newer", time.Time{}), store.ErrConflict)
		wantErr(t, s.ReplacePassword(t.Context(), unique("nobody"), "a", "b", time.Time{}), store.ErrConflict)
		m.PasswordHash = "new"
		wantMember(t, s, m)
	})
	t.Run("a new password voids tokens in the same write", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.ReplacePassword(t.Context(), m.Username, m.PasswordHash, "new", now))
		m.PasswordHash, m.TokensValidFrom = "new", now
		wantMember(t, s, m)
	})
	t.Run("tokens are voided, and consent is put on record", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		m.TokensValidFrom = now.Add(time.Minute)
		must(t, s.VoidTokens(t.Context(), m.Username, m.TokensValidFrom))
		m.Consent = &store.Consent{Version: "2026-11", Given: now}
		must(t, s.SetConsent(t.Context(), m.Username, *m.Consent))
		wantMember(t, s, m)
		m.Consent.Withdrawn = now.Add(time.Hour)
		must(t, s.SetConsent(t.Context(), m.Username, *m.Consent))
		wantMember(t, s, m)
		nobody := unique("nobody")
		wantErr(t, s.VoidTokens(t.Context(), nobody, now), store.ErrConflict)
		wantErr(t, s.SetConsent(t.Context(), nobody, *m.Consent), store.ErrConflict)
		_, err := s.Member(t.Context(), nobody)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("a member is deleted, another of that name is not", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		wantErr(t, s.DeleteMember(t.Context(), m.Username, m.PK+1), store.ErrConflict)
		wantMember(t, s, m)
		must(t, s.DeleteMember(t.Context(), m.Username, m.PK))
		must(t, s.DeleteMember(t.Context(), m.Username, m.PK)) // a lost reply
		_, err := s.Member(t.Context(), m.Username)
		wantErr(t, err, store.ErrNotFound)
		eventually(t, "the pk leads nowhere", func() bool {
			_, err := s.MemberByPK(t.Context(), m.PK)
			return errors.Is(err, store.ErrNotFound)
		})
		must(t, s.CreateMember(t.Context(), m))
	})
	t.Run("a block of PKs has one claimant", func(t *testing.T) {
		block := randomPK()
		won := race(t, 16, store.ErrExists, func(i int) error {
			return s.ClaimPKBlock(t.Context(), block, fmt.Sprint("process ", i))
		})
		if won != 1 {
			t.Errorf("%d claims won, want 1", won)
		}
		mine := randomPK()
		must(t, s.ClaimPKBlock(t.Context(), mine, "me"))
		must(t, s.ClaimPKBlock(t.Context(), mine, "me"))
	})
	t.Run("models", func(t *testing.T) { models(t, s) })
	t.Run("a member is found by PK", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		eventually(t, "the member is found", func() bool {
			got, err := s.MemberByPK(t.Context(), m.PK)
			return err == nil && got.Username == m.Username
		})
		_, err := s.MemberByPK(t.Context(), randomPK())
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("pages list every member once, and nothing else", func(t *testing.T) {
		want := map[string]bool{}
		for range 7 {
			m := newMember()
			must(t, s.CreateMember(t.Context(), m))
			want[m.Username] = true
		}
		must(t, s.ClaimPKBlock(t.Context(), randomPK(), "a row that is no member"))
		seen := map[string]int{}
		for cursor, pages := "", 0; ; pages++ {
			page, next, err := s.MembersPage(t.Context(), cursor, 3)
			must(t, err)
			for _, m := range page {
				seen[m.Username]++
				if m.PK == 0 {
					t.Errorf("row %q is no member", m.Username)
				}
			}
			if next == "" {
				break
			}
			if next == cursor || pages > 10_000 {
				t.Fatalf("the cursor doesn't move on from %q", cursor)
			}
			cursor = next
		}
		for name := range want {
			if seen[name] != 1 {
				t.Errorf("member %s listed %d times", name, seen[name])
			}
		}
	})
}

func models(t *testing.T, s Store) {
	t.Run("the pointer moves from the version known", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		first, second, third := newModel(), newModel(), newModel()
		must(t, s.SetTemplate(t.Context(), m.Username, "", first, nil))
		must(t, s.SetTemplate(t.Context(), m.Username, "", first, nil)) // a lost reply
		wantErr(t, s.SetTemplate(t.Context(), m.Username, "", second, nil), store.ErrConflict)
		must(t, s.SetTemplate(t.Context(), m.Username, first.Version, second, nil))
		wantErr(t, s.SetTemplate(t.Context(), m.Username, first.Version, third, nil), store.ErrConflict)
		m.Template = &second
		wantMember(t, s, m)
	})
	t.Run("of many pointers at once exactly one wins", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		won := race(t, 16, store.ErrConflict, func(int) error {
			return s.SetTemplate(t.Context(), m.Username, "", newModel(), nil)
		})
		if won != 1 {
			t.Errorf("%d pointers won, want 1", won)
		}
	})
	t.Run("use is noted on the current version only", func(t *testing.T) {
		m, model := newMember(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		wantErr(t, s.MarkTemplateUsed(t.Context(), m.Username, model.Version, now), store.ErrConflict)
		must(t, s.SetTemplate(t.Context(), m.Username, "", model, nil))
		later := now.Add(30 * 24 * time.Hour)
		must(t, s.MarkTemplateUsed(t.Context(), m.Username, model.Version, later))
		wantErr(t, s.MarkTemplateUsed(t.Context(), m.Username, "other", now), store.ErrConflict)
		model.Used = later
		m.Template = &model
		wantMember(t, s, m)
	})
	t.Run("failures are counted, all of those at once, and cleared", func(t *testing.T) {
		m, model := newMember(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m.Username, "", model, nil))
		won := race(t, 16, store.ErrConflict, func(int) error {
			return s.CountFailure(t.Context(), m.Username, model.Version, now)
		})
		wantErr(t, s.CountFailure(t.Context(), m.Username, "other", now), store.ErrConflict)
		model.Failures, model.FailedAt = won, now
		m.Template = &model
		wantMember(t, s, m)
		if won != 16 {
			t.Errorf("%d of 16 failures counted", won)
		}
		wantErr(t, s.ClearFailures(t.Context(), m.Username, "other"), store.ErrConflict)
		must(t, s.ClearFailures(t.Context(), m.Username, model.Version))
		model.Failures, model.FailedAt = 0, time.Time{}
		wantMember(t, s, m)
	})
	t.Run("a new model begins without failures", func(t *testing.T) {
		m, first, second := newMember(), newModel(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m.Username, "", first, nil))
		must(t, s.CountFailure(t.Context(), m.Username, first.Version, now))
		must(t, s.SetTemplate(t.Context(), m.Username, first.Version, second, nil))
		m.Template = &second
		wantMember(t, s, m)
	})
	t.Run("probes are registered, seen, removed and archived", func(t *testing.T) {
		m, first, second := newMember(), newModel(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m.Username, "", first, nil))
		m.Template = &first
		for _, id := range []string{"a", "b", "c"} {
			if m.Digests == nil {
				m.Digests = map[string][]byte{}
			}
			m.Digests[id] = []byte("digest " + id)
			for range 2 { // a lost reply
				got, err := s.RegisterProbe(t.Context(), m.Username, id, m.Digests[id])
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
		must(t, s.SetTemplate(t.Context(), m.Username, first.Version, second, []string{"a"}))
		delete(m.Digests, "a")
		m.Template = &second
		wantMember(t, s, m)
		must(t, s.ClearTemplate(t.Context(), m.Username, second.Version, m.DigestIDs()))
		m.Template, m.Digests = nil, nil
		wantMember(t, s, m)
		nobody := unique("nobody")
		_, err := s.RegisterProbe(t.Context(), nobody, "a", []byte("x"))
		wantErr(t, err, store.ErrNotFound)
		must(t, s.RemoveProbe(t.Context(), nobody, "a"))
		_, err = s.Member(t.Context(), nobody)
		wantErr(t, err, store.ErrNotFound)
	})
	t.Run("of probes registered at once each is seen by all but one", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		var alone atomic.Int32
		race(t, 16, store.ErrConflict, func(i int) error {
			got, err := s.RegisterProbe(t.Context(), m.Username, fmt.Sprint("p", i), []byte("x"))
			if err == nil && len(got.Digests) == 1 {
				alone.Add(1)
			}
			return err
		})
		if alone.Load() != 1 {
			t.Errorf("%d saw no other's digest, want 1", alone.Load())
		}
	})
	t.Run("the current version is cleared, another is not", func(t *testing.T) {
		m, model := newMember(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m.Username, "", model, nil))
		wantErr(t, s.ClearTemplate(t.Context(), m.Username, "other", nil), store.ErrConflict)
		must(t, s.ClearTemplate(t.Context(), m.Username, model.Version, nil))
		must(t, s.ClearTemplate(t.Context(), m.Username, model.Version, nil)) // a lost reply
		wantMember(t, s, m)
	})
	t.Run("nobody without an account gets a model", func(t *testing.T) {
		name := unique("nobody")
		wantErr(t, s.SetTemplate(t.Context(), name, "", newModel(), nil), store.ErrConflict)
		_, err := s.Member(t.Context(), name)
		wantErr(t, err, store.ErrNotFound)
	})
}

func wantMember(t *testing.T, s Store, want store.Member) {
	t.Helper()
	got, err := s.Member(t.Context(), want.Username)
	must(t, err)
	if !reflect.DeepEqual(got, want) {
		t.Errorf("member is\n%+v, want\n%+v", got, want)
	}
}
