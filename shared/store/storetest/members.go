package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"systole/shared/store"
)

// members runs the conformance tests of a store of members.
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
	t.Run("of many uses of one recovery code exactly one sets its password", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		codes := recoveryCodes(now, 10)
		must(t, s.SetRecoveryCodes(t.Context(), m, codes))
		must(t, s.SetRecoveryCodes(t.Context(), m, codes)) // a lost reply
		wantErr(t, s.SetRecoveryCodes(t.Context(), m, recoveryCodes(now.Add(time.Hour), 10)), store.ErrConflict)
		m.RecoveryCodes = codes
		wantMember(t, s, m)
		won := race(t, 16, store.ErrConflict, func(i int) error {
			return s.RecoverPassword(t.Context(), m, fmt.Sprint("hash of racer ", i), codes.Left[1:], now.Add(time.Minute))
		})
		if won != 1 {
			t.Errorf("%d uses won, want 1", won)
		}
		got, err := s.Member(t.Context(), m.Username)
		must(t, err)
		if len(got.RecoveryCodes.Left) != 9 || !got.Recovered.Equal(now.Add(time.Minute)) || !got.TokensValidFrom.Equal(got.Recovered) {
			t.Errorf("left %+v", got)
		}
	})
	t.Run("the recovery before the last one is remembered", func(t *testing.T) {
		m := newMember()
		m.RecoveryCodes = recoveryCodes(now, 4)
		must(t, s.CreateMember(t.Context(), m))
		for n, before := range []time.Time{{}, now, now.Add(time.Hour)} { // each is the recovery before
			at := now.Add(time.Duration(n) * time.Hour)
			must(t, s.RecoverPassword(t.Context(), m, fmt.Sprint("new ", n), m.RecoveryCodes.Left[1:], at))
			m.PasswordHash, m.TokensValidFrom, m.Recovered, m.RecoveredBefore = fmt.Sprint("new ", n), at, at, before
			m.RecoveryCodes.Left = m.RecoveryCodes.Left[1:]
			wantMember(t, s, m)
		}
	})
	t.Run("the last recovery code leaves none of its set", func(t *testing.T) {
		m := newMember()
		m.RecoveryCodes = recoveryCodes(now, 1)
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.RecoverPassword(t.Context(), m, "new", nil, now))
		m.PasswordHash, m.RecoveryCodes.Left, m.TokensValidFrom, m.Recovered = "new", nil, now, now
		wantMember(t, s, m)
	})
	t.Run("tokens are voided, and consent is put on record", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		m.TokensValidFrom = now.Add(time.Minute)
		must(t, s.VoidTokens(t.Context(), m.Username, m.PK, m.TokensValidFrom))
		m.Consent = &store.Consent{Version: "2026-11", Given: now}
		must(t, s.SetConsent(t.Context(), m.Username, m.PK, *m.Consent))
		wantMember(t, s, m)
		m.Consent.Withdrawn = now.Add(time.Hour)
		must(t, s.SetConsent(t.Context(), m.Username, m.PK, *m.Consent))
		wantMember(t, s, m)
		nobody := unique("nobody")
		wantErr(t, s.VoidTokens(t.Context(), nobody, m.PK, now), store.ErrConflict)
		wantErr(t, s.SetConsent(t.Context(), nobody, m.PK, *m.Consent), store.ErrConflict)
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
	t.Run("a member shares nothing with its callers", func(t *testing.T) { unshared(t, s) })
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
			if len(page) > 3 {
				t.Errorf("a page has %d members", len(page))
			}
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

// unshared writes into all that a member points to, after it was given to the store and
// after it was read: the row stays as it is.
func unshared(t *testing.T, s Store) {
	full := func() store.Member {
		m := newMember()
		model := newModel()
		m.Template, m.Consent = &model, &store.Consent{Version: "1", Given: now}
		m.Uploads, m.SubjectSalt = []store.PendingUpload{{ID: "a1", Size: 7, Expires: now}}, []byte("salt")
		m.Networks, m.Digests = map[string]time.Time{"n": now}, map[string][]byte{"d": []byte("digest")}
		m.RecoveryCodes = recoveryCodes(now, 2)
		return m
	}
	scribble := func(m *store.Member) {
		*m.Age, m.Template.Version, m.Consent.Version = 99, "another", "another"
		m.Uploads[0].ID, m.SubjectSalt[0] = "another", 'x'
		m.Networks["another"], m.Digests["another"] = now, nil
		m.RecoveryCodes.Left[0] = nil
	}
	given := full()
	want := full()
	want.Username, want.PK, want.PasswordHash, want.Template.Version, want.Template.Key = given.Username, given.PK, given.PasswordHash, given.Template.Version, given.Template.Key
	must(t, s.CreateMember(t.Context(), given))
	scribble(&given)
	wantMember(t, s, want)
	read, err := s.Member(t.Context(), want.Username)
	must(t, err)
	scribble(&read)
	wantMember(t, s, want)
	applicant, _, err := s.MemberWithAttempts(t.Context(), want.Username, nil)
	must(t, err)
	scribble(applicant)
	wantMember(t, s, want)
	codes := recoveryCodes(now.Add(time.Hour), 2)
	must(t, s.SetRecoveryCodes(t.Context(), want, codes))
	codes.Left[0] = nil
	want.RecoveryCodes = recoveryCodes(now.Add(time.Hour), 2)
	wantMember(t, s, want)
}

func models(t *testing.T, s Store) {
	t.Run("the pointer moves from the version known", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		first, second, third := newModel(), newModel(), newModel()
		must(t, s.SetTemplate(t.Context(), m, first, nil))
		must(t, s.SetTemplate(t.Context(), m, first, nil)) // a lost reply
		wantErr(t, s.SetTemplate(t.Context(), m, second, nil), store.ErrConflict)
		m.Template, m.Seen = &first, first.Used
		must(t, s.SetTemplate(t.Context(), m, second, nil))
		wantErr(t, s.SetTemplate(t.Context(), m, third, nil), store.ErrConflict)
		m.Template = &second
		wantMember(t, s, m)
	})
	t.Run("of many pointers at once exactly one wins", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		won := race(t, 16, store.ErrConflict, func(int) error {
			return s.SetTemplate(t.Context(), m, newModel(), nil)
		})
		if won != 1 {
			t.Errorf("%d pointers won, want 1", won)
		}
	})
	t.Run("a new model begins without failures", func(t *testing.T) {
		m, first, second := newMember(), newModel(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		must(t, s.SetTemplate(t.Context(), m, first, nil))
		must(t, register(t, s, m, "a", unlimited))
		must(t, s.RemoveProbe(t.Context(), m.Username, "a"))
		m.Template = &first
		must(t, s.SetTemplate(t.Context(), m, second, nil))
		m.Template, m.Seen, m.LastCheck = &second, first.Used, store.LastCheck{ID: "a", At: now}
		wantMember(t, s, m)
	})
	probes(t, s)
	t.Run("the template that was read is cleared, another is not", func(t *testing.T) {
		m, model := newMember(), newModel()
		must(t, s.CreateMember(t.Context(), m))
		none := m
		must(t, s.SetTemplate(t.Context(), m, model, nil))
		wantErr(t, s.ClearTemplate(t.Context(), none, now, "", nil), store.ErrConflict)
		m.Template = &model
		for range 2 { // a lost reply
			must(t, s.ClearTemplate(t.Context(), m, now, "memory/1/a", nil))
		}
		m.Template, m.Removed, m.MemoryKey = nil, now, "memory/1/a"
		wantMember(t, s, m)
	})
	t.Run("a removal is noticed, whether or not there was a template", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		before := m
		must(t, s.ClearTemplate(t.Context(), m, now, "", nil))
		wantErr(t, s.SetTemplate(t.Context(), before, newModel(), nil), store.ErrConflict)
		m.Removed = now
		wantMember(t, s, m)
		must(t, s.SetTemplate(t.Context(), m, newModel(), nil))
	})
	t.Run("consent that was given or withdrawn meanwhile is noticed", func(t *testing.T) {
		m := newMember()
		must(t, s.CreateMember(t.Context(), m))
		for _, c := range []store.Consent{
			{Version: "1", Given: now}, {Version: "2", Given: now}, {Version: "2", Given: now.Add(time.Second)},
			{Version: "2", Given: now.Add(time.Second), Withdrawn: now.Add(time.Minute)},
		} {
			must(t, s.SetConsent(t.Context(), m.Username, m.PK, c))
			wantErr(t, s.SetTemplate(t.Context(), m, newModel(), nil), store.ErrConflict)
			m.Consent = &c
			wantMember(t, s, m)
		}
		must(t, s.SetTemplate(t.Context(), m, newModel(), nil))
	})
	t.Run("nobody without an account gets a model", func(t *testing.T) {
		nobody := newMember()
		wantErr(t, s.SetTemplate(t.Context(), nobody, newModel(), nil), store.ErrConflict)
		_, err := s.Member(t.Context(), nobody.Username)
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
