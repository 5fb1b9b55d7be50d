package storetest

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// ruled compares every conditional write of a store with its value in package
// rules. Over generated rows, and without a row, the store's outcome and the row
// after the write must be those of the rule.
func ruled(t *testing.T, s Store) {
	t.Run("a member's row", func(t *testing.T) { memberRules(t, s) })
	t.Run("the row of a name's next holder", func(t *testing.T) { nextHolder(t, s) })
	t.Run("a session's row", func(t *testing.T) { sessionRules(t, s) })
	t.Run("a row of attempts", func(t *testing.T) { attemptRules(t, s) })
	t.Run("a block of PKs", func(t *testing.T) { blockRules(t, s) })
}

// memberWrite is a call of a method of the store, and the rule that defines it.
type memberWrite struct {
	rule rules.Member
	call func(ctx context.Context, username string) error
}

func memberRules(t *testing.T, s Store) {
	var mu sync.Mutex
	met := map[string]map[string]bool{} // outcomes, by operation
	var rows sync.WaitGroup
	for _, row := range memberRows() { // side by side: a store may let writes wait for each other
		rows.Go(func() {
			on := &target{t: t, s: s, row: row}
			for _, w := range memberWrites(s) {
				outcome := on.check(w)
				mu.Lock()
				if met[w.rule.Op] == nil {
					met[w.rule.Op] = map[string]bool{}
				}
				met[w.rule.Op][outcome] = true
				mu.Unlock()
			}
		})
	}
	rows.Wait()
	for op, outcomes := range met {
		if len(outcomes) < 2 {
			t.Errorf("%s only ever met %v: the rows are too few", op, outcomes)
		}
	}
}

// target is a row like the one given, nil for none, that writes are made on.
type target struct {
	t        *testing.T
	s        Store
	row      *store.Member
	username string // of the row in the store; empty if there is none or a write changed it
}

// before returns the row in the store. A row that a write left as it was serves the
// next write too.
func (on *target) before() (*store.Member, error) {
	made := on.username != ""
	if !made {
		on.username = unique("u")
	}
	if on.row == nil {
		return nil, nil
	}
	m := *on.row
	m.Username = on.username
	if made {
		return &m, nil
	}
	return &m, on.s.CreateMember(on.t.Context(), m)
}

// check makes the write and returns what the rule says of it.
func (on *target) check(w memberWrite) (outcome string) {
	before, err := on.before()
	if err != nil {
		on.t.Error(err)
		return "none"
	}
	username := on.username
	if created := w.rule.Creates; created != nil {
		m := *created
		m.Username, w.rule.Creates = username, &m
	}
	left, written, want := w.rule.Apply(before)
	got := w.call(on.t.Context(), username)
	if sentinel(got) != sentinel(want) {
		on.t.Errorf("%s of %+v:\n%v, want %v", w.rule.Op, before, got, want)
	}
	if right := wantRow(on.t, on.s, w.rule.Op, username, left); !right || !reflect.DeepEqual(left, before) {
		on.username = ""
	}
	return fmt.Sprint(written, sentinel(want))
}

// nextHolder makes every write for deleted accounts on the row of the account
// that has their name by now: it must stay as it is.
func nextHolder(t *testing.T, s Store) {
	next := newMember()
	must(t, s.CreateMember(t.Context(), next))
	for _, w := range memberWrites(s) {
		_ = w.call(t.Context(), next.Username)
		wantRow(t, s, w.rule.Op+", of the account before,", next.Username, &next)
	}
}

// wantRow fails the test and returns false unless the row equals left, or there is
// none if left is nil.
func wantRow(t *testing.T, s Store, op, username string, left *store.Member) bool {
	t.Helper()
	got, err := s.Member(t.Context(), username)
	switch {
	case left == nil && errors.Is(err, store.ErrNotFound):
		return true
	case left == nil:
		t.Errorf("%s left %+v, %v; want no row", op, got, err)
	case err != nil:
		t.Errorf("%s: the row left can't be read: %v", op, err)
	case !reflect.DeepEqual(got, *left):
		t.Errorf("%s left\n%+v, want\n%+v", op, got, *left)
	default:
		return true
	}
	return false
}

// sentinel returns the error of package store that err wraps.
func sentinel(err error) error {
	for _, known := range []error{store.ErrNotFound, store.ErrExists, store.ErrConflict, store.ErrUnavailable} {
		if errors.Is(err, known) {
			return known
		}
	}
	return err
}

// memberRows returns no row, and rows drawn from few values of each field, so
// that they often hold the rules' own arguments.
func memberRows() []*store.Member {
	random := rand.New(rand.NewPCG(7, 11)) // the same rows each time
	rows := []*store.Member{nil}
	for range 12 {
		m := newMember()
		m.PK, m.PasswordHash = 1+random.Int64N(2), fmt.Sprint("h", random.IntN(3))
		m.TokensValidFrom = now.Add(time.Duration(random.IntN(2)) * time.Hour)
		if random.IntN(2) == 0 {
			m.Consent = &store.Consent{Version: "1", Given: now}
		}
		if random.IntN(2) == 0 {
			m.Removed = now
		}
		if random.IntN(2) == 0 {
			m.Uploads = []store.PendingUpload{{ID: "a1", Size: 7, Expires: now}}
		}
		if random.IntN(2) == 0 {
			m.SubjectSalt = []byte("s1")
		}
		if n := random.IntN(3); n > 0 {
			m.RecoveryCodes = recoveryCodes(now, n)
		}
		if random.IntN(2) == 0 {
			m.Recovered = now
			if random.IntN(2) == 0 {
				m.RecoveredBefore = now.Add(-time.Hour)
			}
		}
		n := random.IntN(3)
		if n == 0 && random.IntN(2) == 0 {
			m.MemoryKey, m.Failed = "memory/1/m1", store.Attempts{Failures: 3, FailedAt: now}
		}
		if n > 0 {
			m.Template = template(fmt.Sprint("v", n))
			m.Template.Failures = random.IntN(2) * 3
			m.Seen = []time.Time{{}, now.Add(-time.Hour)}[random.IntN(2)]
			if m.Template.Failures > 0 {
				m.Template.FailedAt = now
			}
		}
		for _, network := range []string{"n1", "n2"}[:random.IntN(3)] {
			if m.Networks == nil {
				m.Networks = map[string]time.Time{}
			}
			m.Networks[network] = now
		}
		for _, id := range []string{"a", "b"}[:random.IntN(3)] {
			if m.Digests == nil {
				m.Digests = map[string][]byte{}
			}
			m.Digests[id] = []byte("digest " + id)
		}
		if random.IntN(2) == 0 {
			m.LastCheck = store.LastCheck{Key: fmt.Sprint("k", random.IntN(2)), ID: "a", At: now}
		}
		rows = append(rows, &m)
	}
	return rows
}

// recoveryCodes returns a set with n codes left.
func recoveryCodes(made time.Time, n int) store.RecoveryCodes {
	codes := store.RecoveryCodes{Made: made}
	for i := range n {
		digest := sha256.Sum256([]byte{byte(i)})
		codes.Left = append(codes.Left, digest[:])
	}
	return codes
}

func template(version string) *store.Template {
	return &store.Template{Version: version, Key: store.TemplateKey(1, version), Made: now, Used: now, Algorithm: "mean-1", Quality: 0.5}
}

// readBefore returns members as a caller may have read them before its write.
func readBefore() []store.Member {
	var all []store.Member
	for _, t := range []*store.Template{nil, template("v1"), template("v2")} {
		for _, memory := range []string{"", "memory/1/m1"} {
			for _, removed := range []time.Time{{}, now} {
				for _, consent := range []*store.Consent{nil, {Version: "1", Given: now}} {
					if t == nil || memory == "" {
						all = append(all, store.Member{PK: 1, Template: t, MemoryKey: memory, Removed: removed, Consent: consent})
					}
				}
			}
		}
	}
	return all
}

func memberWrites(s Store) []memberWrite {
	later := now.Add(time.Hour)
	var all []memberWrite
	add := func(rule rules.Member, call func(ctx context.Context, username string) error) {
		all = append(all, memberWrite{rule, call})
	}
	for _, hash := range []string{"h0", "h1"} {
		m := store.Member{PK: 1, Name: "n", PasswordHash: hash, Created: now}
		add(rules.CreateMember(m), func(ctx context.Context, username string) error {
			m := m
			m.Username = username
			return s.CreateMember(ctx, m)
		})
		for _, new := range []string{"h1", "h2"} {
			for _, from := range []time.Time{{}, later} {
				add(rules.ReplacePassword(hash, new, from), func(ctx context.Context, username string) error {
					return s.ReplacePassword(ctx, username, hash, new, from)
				})
			}
		}
	}
	for _, pk := range []int64{1, 2} {
		add(rules.DeleteMember(pk), func(ctx context.Context, username string) error { return s.DeleteMember(ctx, username, pk) })
		add(rules.VoidTokens(pk, later), func(ctx context.Context, username string) error { return s.VoidTokens(ctx, username, pk, later) })
		consent := store.Consent{Version: "2", Given: now, Withdrawn: later}
		add(rules.SetConsent(pk, consent), func(ctx context.Context, username string) error { return s.SetConsent(ctx, username, pk, consent) })
	}
	for _, pk := range []int64{1, 2} {
		for _, salt := range []string{"s1", "s2"} {
			add(rules.SetSubjectSalt(pk, []byte(salt)), func(ctx context.Context, username string) error {
				return s.SetSubjectSalt(ctx, username, pk, []byte(salt))
			})
		}
	}
	for _, read := range []store.RecoveryCodes{{}, recoveryCodes(now, 1), recoveryCodes(now, 2), recoveryCodes(later, 1)} {
		for _, hash := range []string{"h0", "h1", "h2"} {
			from := store.Member{PK: 1, PasswordHash: hash, RecoveryCodes: read}
			for _, codes := range []store.RecoveryCodes{recoveryCodes(now, 1), recoveryCodes(later, 10)} {
				add(rules.SetRecoveryCodes(from, codes), func(ctx context.Context, username string) error {
					from.Username = username
					return s.SetRecoveryCodes(ctx, from, codes)
				})
			}
			if read.Made.IsZero() { // without a set of codes there is no recovery
				continue
			}
			for _, left := range [][][]byte{nil, recoveryCodes(now, 1).Left} {
				add(rules.RecoverPassword(from, "h2", left, later), func(ctx context.Context, username string) error {
					from.Username = username
					return s.RecoverPassword(ctx, from, "h2", left, later)
				})
			}
		}
	}
	for _, forget := range [][]string{nil, {"n1"}, {"n3", "n4"}} {
		for _, pk := range []int64{1, 2} {
			add(rules.RecordNetwork(pk, "n2", later, forget), func(ctx context.Context, username string) error {
				return s.RecordNetwork(ctx, username, pk, "n2", later, forget)
			})
		}
	}
	for i, from := range readBefore() {
		archived := [][]string{nil, {"a"}, {"b", "c"}}[i%3]
		for _, t := range []store.Template{*template("v1"), *template("v3")} {
			add(rules.SetTemplate(from, t, archived), func(ctx context.Context, username string) error {
				from.Username = username
				return s.SetTemplate(ctx, from, t, archived)
			})
		}
		for _, memory := range []string{"", "memory/1/m2"} {
			add(rules.ClearTemplate(from, later, memory, archived), func(ctx context.Context, username string) error {
				from.Username = username
				return s.ClearTemplate(ctx, from, later, memory, archived)
			})
		}
	}
	one := []store.PendingUpload{{ID: "a1", Size: 7, Expires: now}}
	two := append(slices.Clone(one), store.PendingUpload{ID: "b2", Size: 64 << 20, Expires: later})
	for _, seen := range [][]store.PendingUpload{nil, one} {
		for _, uploads := range [][]store.PendingUpload{nil, one, two} {
			from := store.Member{PK: 1, Uploads: seen}
			add(rules.SetUploads(from, uploads), func(ctx context.Context, username string) error {
				from.Username = username
				return s.SetUploads(ctx, from, uploads)
			})
		}
	}
	for _, version := range []string{"v1", "v2"} {
		add(rules.SetSeen(version, later), func(ctx context.Context, username string) error {
			return s.SetSeen(ctx, username, version, later)
		})
		add(rules.RecordAcceptance(version, later), func(ctx context.Context, username string) error {
			return s.RecordAcceptance(ctx, username, version, later)
		})
		for _, id := range []string{"a", "c"} {
			add(rules.WithdrawProbe(version, id), func(ctx context.Context, username string) error {
				return s.WithdrawProbe(ctx, username, version, id)
			})
		}
	}
	for _, id := range []string{"a", "c"} {
		for _, session := range []store.Session{{PK: 1, ValidFrom: now}, {PK: 2, ValidFrom: later}} {
			for _, limit := range []store.Backoff{
				unlimited, {Free: 1, First: time.Minute, Longest: 2 * time.Hour}, {Free: 3, First: time.Hour, Longest: time.Hour, Most: 3},
			} {
				for _, since := range []time.Time{now.Add(-time.Second), now} {
					p := store.Probe{ID: id, Digest: []byte("new"), At: later, Limit: limit, Key: "k1", Since: since}
					add(rules.RegisterProbe(session, p), func(ctx context.Context, username string) error {
						session.Username = username
						_, err := s.RegisterProbe(ctx, session, p)
						return err
					})
				}
			}
			add(rules.RememberProbe(session, id, []byte("again")), func(ctx context.Context, username string) error {
				session.Username = username
				return s.RememberProbe(ctx, session, id, []byte("again"))
			})
		}
		add(rules.RemoveProbe(id), func(ctx context.Context, username string) error { return s.RemoveProbe(ctx, username, id) })
	}
	return all
}

func sessionRules(t *testing.T, s Store) {
	first := store.Challenge{Hash: [32]byte{1}, Expires: now.Add(time.Minute)}
	second := store.Challenge{Hash: [32]byte{2}, Expires: now.Add(time.Hour)}
	writes := []struct {
		rule rules.Session
		call func(ctx context.Context, id store.TokenID) error
	}{
		{rules.TouchSession(now.Add(time.Hour), "k"), func(ctx context.Context, id store.TokenID) error {
			return s.TouchSession(ctx, id, now.Add(time.Hour), "k")
		}},
		{rules.VerifySession(now.Add(time.Hour)), func(ctx context.Context, id store.TokenID) error {
			return s.VerifySession(ctx, id, now.Add(time.Hour))
		}},
		{rules.PostponeSession(now.Add(time.Hour)), func(ctx context.Context, id store.TokenID) error {
			return s.PostponeSession(ctx, id, now.Add(time.Hour))
		}},
		{rules.KeepSession(now), func(ctx context.Context, id store.TokenID) error { return s.KeepSession(ctx, id, now) }},
		{rules.SetChallenge(second), func(ctx context.Context, id store.TokenID) error { return s.SetChallenge(ctx, id, second) }},
		{rules.TakeChallenge(first), func(ctx context.Context, id store.TokenID) error { return s.TakeChallenge(ctx, id, first) }},
		{rules.TakeChallenge(second), func(ctx context.Context, id store.TokenID) error { return s.TakeChallenge(ctx, id, second) }},
		{rules.TakeChallenge(store.Challenge{}), func(ctx context.Context, id store.TokenID) error {
			return s.TakeChallenge(ctx, id, store.Challenge{})
		}},
		{rules.EndSession(7), func(ctx context.Context, id store.TokenID) error { return s.EndSession(ctx, id, 7) }},
		{rules.EndSession(8), func(ctx context.Context, id store.TokenID) error { return s.EndSession(ctx, id, 8) }},
		{rules.PostponeSession(now.Add(time.Hour)), func(ctx context.Context, id store.TokenID) error {
			return s.PostponeSession(ctx, id, now.Add(time.Hour))
		}},
		{rules.ExpireSession(now.Add(23*time.Hour), 24*time.Hour), func(ctx context.Context, id store.TokenID) error {
			return s.ExpireSession(ctx, id, now.Add(23*time.Hour), 24*time.Hour)
		}},
		{rules.ExpireSession(now.Add(23*time.Hour), 23*time.Hour), func(ctx context.Context, id store.TokenID) error {
			return s.ExpireSession(ctx, id, now.Add(23*time.Hour), 23*time.Hour)
		}},
		{rules.ExpireSession(now.Add(24*time.Hour), 48*time.Hour), func(ctx context.Context, id store.TokenID) error {
			return s.ExpireSession(ctx, id, now.Add(24*time.Hour), 48*time.Hour)
		}},
		{rules.DeleteSession(), func(ctx context.Context, id store.TokenID) error {
			_, err := s.DeleteSession(ctx, id)
			return err
		}},
	}
	plain, challenged := newSession("u"), newSession("u")
	challenged.Challenge, challenged.Due = first, now.Add(time.Minute)
	for _, row := range []*store.Session{nil, &plain, &challenged} {
		for _, w := range writes {
			id := newSession("u").ID
			var before *store.Session
			if row != nil {
				session := *row
				session.ID, before = id, &session
				must(t, s.CreateSession(t.Context(), session, loggedIn(), nil))
			}
			left, _, want := w.rule.Apply(before)
			if got := w.call(t.Context(), id); sentinel(got) != sentinel(want) {
				t.Errorf("%s of %+v:\n%v, want %v", w.rule.Op, before, got, want)
			}
			if left == nil {
				wantNoSession(t, s, id)
				continue
			}
			wantSession(t, s, *left)
		}
	}
}

// attemptRules counts and clears under one key, with counts that expire in
// between.
func attemptRules(t *testing.T, s Store) {
	random := rand.New(rand.NewPCG(3, 5))
	key, at := unique("name:"), now
	var row *rules.Attempts
	for range 20 {
		rule, call := rules.ClearAttempts(), func() error { return s.ClearAttempts(t.Context(), key) }
		if random.IntN(4) > 0 {
			at = at.Add(time.Duration(random.IntN(4)) * time.Minute)
			expires := at.Add(time.Duration(1+random.IntN(3)) * time.Minute)
			b := store.Backoff{Free: 1 + random.IntN(3), First: time.Minute, Longest: 2 * time.Minute, Most: 4}
			rule, call = rules.AdmitAttempt(b, at, expires), func() error { return s.AdmitAttempt(t.Context(), key, b, at, expires) }
			if random.IntN(4) == 0 {
				rule, call = rules.TakeBackAttempt(), func() error { return s.TakeBackAttempt(t.Context(), key) }
			}
		}
		left, _, want := rule.Apply(row)
		if err := call(); sentinel(err) != sentinel(want) {
			t.Errorf("%s of %+v: %v, want %v", rule.Op, row, err, want)
		}
		row = left
		_, got, err := s.MemberWithAttempts(t.Context(), "nobody", []string{key})
		must(t, err)
		var counted store.Attempts
		if row != nil {
			counted = row.Attempts
		}
		if got[0] != counted {
			t.Errorf("%s left %+v, want %+v", rule.Op, got[0], counted)
		}
	}
}

func blockRules(t *testing.T, s Store) {
	for _, holder := range []string{"", "me", "another"} {
		block := randomPK()
		var row *string
		if holder != "" {
			must(t, s.ClaimPKBlock(t.Context(), block, holder))
			row = &holder
		}
		rule := rules.ClaimPKBlock("me")
		_, _, want := rule.Apply(row)
		if err := s.ClaimPKBlock(t.Context(), block, "me"); sentinel(err) != sentinel(want) {
			t.Errorf("%s, claimed by %q: %v, want %v", rule.Op, holder, err, want)
		}
	}
}
