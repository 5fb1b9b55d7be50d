package member

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// raced is a store in which some attempts come too late.
type raced struct {
	storetest.Store
	late func(key string) bool
	back error // of taking an attempt back
}

func (r *raced) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	if r.late(key) {
		return store.ErrConflict
	}
	return r.Store.AdmitAttempt(ctx, key, b, at, expires)
}

func (r *raced) TakeBackAttempt(ctx context.Context, key string) error {
	if r.back != nil {
		return r.back
	}
	return r.Store.TakeBackAttempt(ctx, key)
}

// An attempt that one of its counters no longer admits counts nowhere.
func TestAnAttemptThatComesTooLateIsTakenBack(t *testing.T) {
	f := newFixture(t)
	from := Caller{Address: home}
	counters := strangerCounters("kim", networkOf(home), home)
	failures := func(c counter) int {
		_, attempts, err := f.store.MemberWithAttempts(t.Context(), "kim", []string{c.key})
		if err != nil {
			t.Fatal(err)
		}
		return attempts[0].Failures
	}
	for _, c := range counters { // each has one from before
		if err := f.store.AdmitAttempt(t.Context(), c.key, c.Backoff, f.clock.now(), f.clock.now().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	r := &raced{Store: f.store, late: func(key string) bool { return strings.HasPrefix(key, "name:") }}
	s := NewService(r, f.Tokens, f.hasher, f.clock.now, rand.Reader)
	_, _, err := s.LogIn(t.Context(), "kim", "wrong-password", from)
	var refused *fault.Error
	if !errors.As(err, &refused) || refused.Code != fault.TooManyLogIns || refused.RetryAfter != time.Second || refused.Params["seconds"] != 1 {
		t.Errorf("%v", err)
	}
	for _, c := range counters {
		if n := failures(c); n != 1 {
			t.Errorf("%s counts %d", c.key[:5], n)
		}
	}
	r.back = store.ErrUnavailable
	if _, _, err := s.LogIn(t.Context(), "kim", "wrong-password", from); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("not taken back: %v", err)
	}
	r.late = func(string) bool { return true }
	if err := s.Recover(t.Context(), "#", "code", "p", from); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("an impossible name: %v", err)
	}
}

// An account or session that ends meanwhile, or a change that came first, is
// reported as such.
func TestWhatEndsMeanwhile(t *testing.T) {
	const name = "a1"
	for _, tt := range []struct {
		what, call string
		err        error
		do         func(ctx context.Context, f fixture, token string) error
		want       fault.Code
	}{
		{"consent", "SetConsent", store.ErrConflict, func(ctx context.Context, f fixture, token string) error { return f.GiveConsent(ctx, token, "1") }, fault.TokenInvalid},
		{"recovery codes", "SetRecoveryCodes", store.ErrConflict, func(ctx context.Context, f fixture, token string) error {
			_, _, err := f.MakeRecoveryCodes(ctx, token, oldPassword)
			return err
		}, fault.Conflict},
		{"password", "ReplacePassword", store.ErrConflict, func(ctx context.Context, f fixture, token string) error {
			return f.ChangePassword(ctx, token, oldPassword, newOne)
		}, fault.Conflict},
		{"own session, after the password", "KeepSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			return f.ChangePassword(ctx, token, oldPassword, newOne)
		}, ""},
		{"other sessions: account", "VoidTokens", store.ErrConflict, func(ctx context.Context, f fixture, token string) error { return f.EndOtherSessions(ctx, token) }, fault.TokenInvalid},
		{"other sessions: session", "KeepSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error { return f.EndOtherSessions(ctx, token) }, fault.TokenInvalid},
		{"a session", "EndSession", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			id, err := idOf(token)
			return errors.Join(err, f.EndSession(ctx, token, SessionName(id)))
		}, fault.SessionUnknown},
		{"nonce", "SetChallenge", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			_, err := f.Challenge(ctx, token)
			return err
		}, fault.TokenInvalid},
		{"member", "Member", store.ErrNotFound, func(ctx context.Context, f fixture, token string) error {
			_, err := f.Consent(ctx, token)
			return err
		}, fault.TokenInvalid},
		{"network", "RecordNetwork", store.ErrConflict, func(ctx context.Context, f fixture, _ string) error {
			_, _, err := f.LogIn(ctx, name, oldPassword, Caller{Address: "203.0.113.9"})
			return err
		}, ""},
		{"hand-off: used", "TakeGrant", store.ErrConflict, handOver, fault.HandOffInvalid},
		{"hand-off: unknown", "TakeGrant", store.ErrNotFound, handOver, fault.HandOffInvalid},
	} {
		t.Run(tt.what, func(t *testing.T) {
			f := newFixture(t)
			_, token, err := f.SignUp(t.Context(), registration(name))
			if err != nil {
				t.Fatal(err)
			}
			f.store.fail[tt.call] = tt.err
			if err := tt.do(t.Context(), f, token); codeOf(err) != tt.want {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func handOver(ctx context.Context, f fixture, token string) error {
	h := NewHandOffs(f.store, f.Tokens, f.store, f.clock.now)
	code, err := h.Make(ctx, token)
	if err == nil {
		_, _, err = h.Take(ctx, code, phone)
	}
	return err
}

// A code's grant must name its session by exactly 32 bytes.
func TestAGrantThatNamesNoSessionIsOurError(t *testing.T) {
	f, h, desk := handing(t)
	id, err := idOf(desk)
	if err != nil {
		t.Fatal(err)
	}
	for _, content := range []string{"", "no hexadecimal", hex.EncodeToString(id[:]) + "0", hex.EncodeToString(id[:]) + "00", hex.EncodeToString(id[:31]), strings.Repeat("zz", 32)} {
		if _, _, err := h.maker(t.Context(), store.Grant{Content: []byte(content)}); err == nil || codeOf(err) != "" && codeOf(err) != fault.Internal {
			t.Errorf("%q: %v", content, err)
		}
	}
	if s, m, err := h.maker(t.Context(), store.Grant{Content: []byte(hex.EncodeToString(id[:]))}); err != nil || s.ID != id || m.Username != "kim" {
		t.Errorf("%+v, %v", m, err)
	}
	if err := f.store.VoidTokens(t.Context(), "kim", f.member(t, "kim").PK, f.clock.now().Add(1)); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.maker(t.Context(), store.Grant{Content: []byte(hex.EncodeToString(id[:]))}); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("of a session that is void: %v", err)
	}
	if err := f.store.DeleteMember(t.Context(), "kim", f.member(t, "kim").PK); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.maker(t.Context(), store.Grant{Content: []byte(hex.EncodeToString(id[:]))}); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("of a member who is gone: %v", err)
	}
}

// A session that was handed over has the times of the session that it came from,
// and ends with it at the latest.
func TestASessionHandedOverHasTheTimesOfItsDesk(t *testing.T) {
	f, h, desk := handing(t)
	id, err := idOf(desk)
	if err != nil {
		t.Fatal(err)
	}
	began := f.clock.now()
	f.clock.turn(time.Minute)
	if err := f.store.VerifySession(t.Context(), id, f.clock.now()); err != nil {
		t.Fatal(err)
	}
	m := f.member(t, "kim")
	if err := errors.Join(f.store.VoidTokens(t.Context(), "kim", m.PK, f.clock.now()), f.store.KeepSession(t.Context(), id, f.clock.now())); err != nil {
		t.Fatal(err)
	}
	verified := f.clock.now()
	for _, tt := range []struct{ wait, lives time.Duration }{{time.Minute, 15 * time.Minute}, {7*24*time.Hour - 10*time.Minute, 15 * time.Minute}} {
		f.clock.turn(tt.wait)
		f.keepAlive(t, id)
		s, err := f.Authenticate(t.Context(), handedOver(t, h, desk))
		now := f.clock.now()
		if err != nil || !s.Issued.Equal(began) || !s.Verified.Equal(verified) || !s.ValidFrom.Equal(verified) || s.HandedBy != id ||
			!s.Used.Equal(now) || !s.Expires.Equal(now.Add(tt.lives)) || !s.Due.Equal(s.Expires) {
			t.Errorf("%+v, %v", s, err)
		}
	}
	f.clock.turn(30*24*time.Hour - f.clock.now().Sub(began) - 5*time.Minute)
	f.keepAlive(t, id)
	s, err := f.Authenticate(t.Context(), handedOver(t, h, desk))
	if err != nil || !s.Expires.Equal(began.Add(30*24*time.Hour)) || !s.Due.Equal(s.Expires) {
		t.Errorf("near the desk's end: %+v, %v", s, err)
	}
}

// keepAlive records a use of the session.
func (f fixture) keepAlive(t *testing.T, id store.TokenID) {
	t.Helper()
	if err := f.store.TouchSession(t.Context(), id, f.clock.now(), ""); err != nil {
		t.Fatal(err)
	}
}

// A session that is handed over makes room as any other does, but never ends the
// session that hands it over.
func TestAHandOverMakesRoomAmongTheOthers(t *testing.T) {
	f, h, desk := handing(t)
	var tokens []string
	for range 2 {
		f.clock.turn(time.Minute)
		_, token, err := f.LogIn(t.Context(), "kim", "tachy-cardia!", Caller{Address: home})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	first := handedOver(t, h, desk)
	second := handedOver(t, h, desk) // a member here may have three, besides the first one
	wantEnded(t, f, first)
	for i, token := range append(tokens, desk, second) {
		if _, _, err := f.Resolve(t.Context(), f.store, token); err != nil {
			t.Errorf("session %d: %v", i, err)
		}
	}
}

func TestACodeIsKeptForThreeMinutesOfWholeSeconds(t *testing.T) {
	f, h, desk := handing(t)
	f.clock.turn(700 * time.Millisecond)
	var kept store.Grant
	h.grants = grantsSeen{f.store, &kept}
	if _, err := h.Make(t.Context(), desk); err != nil {
		t.Fatal(err)
	}
	now := f.clock.now()
	if !kept.Made.Equal(now) || !kept.Expires.Equal(now.Add(3*time.Minute).Truncate(time.Second)) || kept.Kind != "hand_off" {
		t.Errorf("%+v", kept)
	}
}

type grantsSeen struct {
	store.GrantStore
	kept *store.Grant
}

func (g grantsSeen) CreateGrant(ctx context.Context, grant store.Grant) error {
	*g.kept = grant
	return g.GrantStore.CreateGrant(ctx, grant)
}

func TestOneSessionIsAllowedAtLeast(t *testing.T) {
	f := newFixture(t)
	f.Tokens.limits.PerMember = 0
	_, first, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.turn(time.Minute)
	if err := f.logIn(t, oldPassword); err != nil {
		t.Fatal(err)
	}
	if n := len(f.sessions(t)); n != 1 {
		t.Errorf("%d sessions", n)
	}
	if _, err := f.Authenticate(t.Context(), first); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("the first one: %v", err)
	}
}

func TestANewSessionKnowsTheTemplate(t *testing.T) {
	f := newFixture(t)
	m, _, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.store.SetTemplate(t.Context(), m, store.Template{Version: "v", Key: "models/1/v", Made: f.clock.now()}, nil); err != nil {
		t.Fatal(err)
	}
	if err := f.logIn(t, oldPassword); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(f.sessions(t), func(s store.Session) bool { return s.TemplateKey == "models/1/v" }) {
		t.Errorf("%+v", f.sessions(t))
	}
}

// The list has the member's own sessions that are still valid. One that was
// handed over comes after the session that it came from, and only with it.
func TestOfTheSessionsThoseAreAliveThatGoOn(t *testing.T) {
	f := newFixture(t)
	now := f.clock.now()
	m := store.Member{Username: "a1", PK: 7}
	session := func(id byte, change func(*store.Session)) store.Session {
		s := store.Session{ID: store.TokenID{id}, Username: "a1", PK: 7, Issued: now, Used: now, Expires: now.Add(time.Hour)}
		change(&s)
		return s
	}
	all := []store.Session{
		session(2, func(s *store.Session) { s.HandedBy = store.TokenID{1} }),
		session(3, func(s *store.Session) { s.HandedBy = store.TokenID{5} }), // handed over by a session that has ended
		session(4, func(s *store.Session) { s.HandedBy = store.TokenID{9} }), // handed over by a session that is gone
		session(5, func(s *store.Session) { s.Expires = now }),
		session(6, func(s *store.Session) { s.PK = 8 }),
		session(7, func(s *store.Session) { s.Issued = now.Add(-1) }),
		session(8, func(s *store.Session) { s.Username = "A1" }),
		session(1, func(*store.Session) {}),
	}
	var ids []byte
	for _, s := range f.Alive(all, m) {
		ids = append(ids, s.ID[0])
	}
	if !slices.Equal(ids, []byte{7, 1, 2}) {
		t.Errorf("%v", ids)
	}
}

// said is a hasher whose hashes state their passwords.
type said struct {
	fails    error // of hashing
	compares error
	asked    []string
}

func (h *said) Hash(_ context.Context, password string) (string, error) {
	return "new:" + password, h.fails
}

func (h *said) Verify(_ context.Context, stored, password string) (ok, stale bool, err error) {
	h.asked = append(h.asked, password)
	return stored == "new:"+password || stored == "old:"+password, strings.HasPrefix(stored, "old:"), h.compares
}

func (h *said) VerifyNone(context.Context, string) error { return h.compares }

// Passwords are compared in NFC, and with a hash from another server also as
// typed.
func TestPasswordsOfElsewhereAreComparedAsTyped(t *testing.T) {
	const nfc, nfd = "심장박동을 아는", "\u1109\u1175\u11b7\u110c\u1161\u11bc\u1107\u1161\u11a8\u1103\u1169\u11bc\u110b\u1173\u11af \u110b\u1161\u1102\u1173\u11ab"
	for _, tt := range []struct {
		stored, typed string
		ok            bool
		compared      int
		kept          string
	}{
		{"new:" + nfc, nfd, true, 1, "new:" + nfc},
		{"old:" + nfc, nfd, true, 1, "new:" + nfc},
		{"old:" + nfd, nfd, true, 2, "new:" + nfc},
		{"old:" + nfd, nfc, false, 1, "old:" + nfd},
		{"new:" + nfd, nfd, false, 1, "new:" + nfd},
		{"old:other", nfd, false, 2, "old:other"},
	} {
		f, h := newFixture(t), new(said)
		s := NewService(f.store, f.Tokens, h, f.clock.now, rand.Reader)
		if err := f.store.CreateMember(t.Context(), store.Member{Username: "a1", PK: 7, PasswordHash: tt.stored}); err != nil {
			t.Fatal(err)
		}
		m, _, err := s.LogIn(t.Context(), "a1", tt.typed, Caller{Address: home})
		if (err == nil) != tt.ok || len(h.asked) != tt.compared {
			t.Errorf("%s, typed %s: %v after %d comparisons", tt.stored, tt.typed, err, len(h.asked))
		}
		if got := f.member(t, "a1").PasswordHash; got != tt.kept || err == nil && m.PasswordHash != got {
			t.Errorf("%s, typed %s: kept %s, returned %s", tt.stored, tt.typed, got, m.PasswordHash)
		}
	}
}

func TestAHashThatCantBeMadeChangesNothing(t *testing.T) {
	busy := errors.New("no slot")
	f, h := newFixture(t), &said{fails: busy}
	s := NewService(f.store, f.Tokens, h, f.clock.now, rand.Reader)
	if err := f.store.CreateMember(t.Context(), store.Member{Username: "a1", PK: 7, PasswordHash: "old:tachy-cardia!"}); err != nil {
		t.Fatal(err)
	}
	m, token, err := s.LogIn(t.Context(), "a1", "tachy-cardia!", Caller{Address: home})
	if err != nil || m.PasswordHash != "old:tachy-cardia!" || f.member(t, "a1").PasswordHash != m.PasswordHash {
		t.Errorf("%+v, %v", m, err)
	}
	if err := s.ChangePassword(t.Context(), token, "tachy-cardia!", "brady-cardia!"); !errors.Is(err, busy) {
		t.Errorf("change: %v", err)
	}
	h.fails = nil
	f.store.fail["ReplacePassword"] = store.ErrUnavailable
	if m, _, err := s.LogIn(t.Context(), "a1", "tachy-cardia!", Caller{Address: home}); err != nil || m.PasswordHash != "old:tachy-cardia!" {
		t.Errorf("a hash that isn't stored is no member's: %+v, %v", m, err)
	}
	delete(f.store.fail, "ReplacePassword")
	if err := s.ChangePassword(t.Context(), token, "tachy-cardia!", "brady-cardia!"); err != nil { // after a new hash of the old password
		t.Errorf("change: %v", err)
	}
	h.compares = busy
	for name, err := range map[string]error{
		"a member":        second(s.LogIn(t.Context(), "a1", "brady-cardia!", Caller{Address: home})),
		"nobody":          second(s.LogIn(t.Context(), "b1", "brady-cardia!", Caller{Address: home})),
		"impossible name": second(s.LogIn(t.Context(), "#", "brady-cardia!", Caller{Address: home})),
	} {
		if !errors.Is(err, busy) {
			t.Errorf("%s: %v", name, err)
		}
	}
	events, _, err := f.store.ActivityOf(t.Context(), "a1", "", 100)
	if err != nil || slices.ContainsFunc(events, func(e store.Event) bool { return e.Kind == LogInFailed || e.Kind == RecoveryFailed }) {
		t.Errorf("what isn't known to be wrong is noted as that: %+v, %v", events, err)
	}
}

func second[A, B any](_ A, _ B, err error) error { return err }

// The note of a failed attempt has its network, if known. For a name without a
// member one of 256 entries is written.
func TestAFailureIsNotedWithItsNetwork(t *testing.T) {
	for address, networks := range map[string]int{home: 1, "": 0, "unknown": 0} {
		f := newFixture(t)
		if _, _, err := f.SignUp(t.Context(), registration("a1")); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"a1", "nobody"} {
			if _, _, err := f.LogIn(t.Context(), name, "wrong-password", Caller{Address: address}); !fault.Is(err, fault.CredentialsInvalid) {
				t.Fatal(err)
			}
		}
		for _, name := range []string{"a1", "#nobody:63"} { // the first byte of a SHA-256
			events, _, err := f.store.ActivityOf(t.Context(), name, "", 100)
			failed := slices.IndexFunc(events, func(e store.Event) bool { return e.Kind == LogInFailed })
			if err != nil || failed < 0 || len(events[failed].Networks) != networks {
				t.Errorf("from %q, %s: %+v, %v", address, name, events, err)
			}
		}
	}
}

// The time of the last log-in from a network is exact to a day.
func TestANetworkIsRecordedOnceADay(t *testing.T) {
	f := newFixture(t)
	if _, _, err := f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: Caller{Address: home}}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		wait    time.Duration
		address string
		writes  int
	}{
		{24*time.Hour - 1, home, 0}, {1, home, 1}, {23 * time.Hour, home, 0}, {time.Hour, home, 1},
		{0, "198.51.100.9", 1}, {0, "198.51.100.77", 0}, {0, "", 0},
	} {
		f.clock.turn(tt.wait)
		f.store.take()
		if _, _, err := f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: tt.address}); err != nil {
			t.Fatal(err)
		}
		if writes := f.store.take()["RecordNetwork"]; writes != tt.writes {
			t.Errorf("after %v from %q: %d writes", tt.wait, tt.address, writes)
		}
	}
}

func TestAProofIsTenMinutesOld(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := store.Member{Template: &store.Template{Made: now.Add(-time.Hour)}}
	for age, want := range map[time.Duration]fault.Code{10 * time.Minute: "", 10*time.Minute + 1: fault.LogInAgain} {
		if err := MayChangeTemplate(store.Session{Issued: now.Add(-age)}, m, now); codeOf(err) != want {
			t.Errorf("a log-in %v ago: %v", age, err)
		}
		if err := MayChangeTemplate(store.Session{Verified: now.Add(-age)}, m, now); codeOf(err) != want {
			t.Errorf("a check %v ago: %v", age, err)
		}
	}
	if err := MayChangeTemplate(store.Session{}, store.Member{}, now); err != nil {
		t.Errorf("without a template: %v", err)
	}
}

// salted is a store whose member gets a salt from another request.
type salted struct {
	SubjectStore
	now  store.Member
	fail error
}

func (s salted) SetSubjectSalt(context.Context, string, int64, []byte) error {
	return store.ErrConflict
}

func (s salted) Member(context.Context, string) (store.Member, error) { return s.now, s.fail }

func TestTheSaltThatCameFirstCounts(t *testing.T) {
	m := store.Member{Username: "kim", PK: 7}
	withSalt := store.Member{Username: "kim", PK: 7, SubjectSalt: []byte("salt")}
	want, err := NewSubjects(salted{}, nil).Of(t.Context(), withSalt, "shop")
	if err != nil {
		t.Fatal(err)
	}
	source := func() *strings.Reader { return strings.NewReader(strings.Repeat("r", 32)) }
	got, err := NewSubjects(salted{now: withSalt}, source()).Of(t.Context(), m, "shop")
	if err != nil || got != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	for name, s := range map[string]salted{
		"another member":       {now: store.Member{Username: "kim", PK: 8, SubjectSalt: []byte("salt")}},
		"no salt":              {now: m},
		"nobody any more":      {fail: store.ErrNotFound},
		"a store that is down": {fail: store.ErrUnavailable},
	} {
		if got, err := NewSubjects(s, source()).Of(t.Context(), m, "shop"); err == nil || s.fail != nil && !errors.Is(err, s.fail) {
			t.Errorf("%s: %s", name, got)
		}
	}
}

// A token of another length is invalid without a look into the store.
func TestATokenOfAnotherLengthIsNone(t *testing.T) {
	f := newFixture(t)
	for _, token := range []string{"", "0123", strings.Repeat("a", 41)} {
		_, err := f.Authenticate(t.Context(), token)
		if !fault.Is(err, fault.TokenInvalid) || !fault.Is(f.LogOut(t.Context(), token), fault.TokenInvalid) {
			t.Errorf("%q: %v", token, err)
		}
	}
	if made := f.store.take(); len(made) > 0 {
		t.Errorf("%v", made)
	}
}

// kept notes until when attempts are kept, by the kind of their counter.
type kept struct {
	storetest.Store
	mu    *sync.Mutex // counters are asked side by side
	until map[string]time.Duration
}

func (k kept) AdmitAttempt(ctx context.Context, key string, b store.Backoff, at, expires time.Time) error {
	kind, _, _ := strings.Cut(key, ":")
	k.mu.Lock()
	k.until[kind] = expires.Sub(at)
	k.mu.Unlock()
	return k.Store.AdmitAttempt(ctx, key, b, at, expires)
}

func TestAttemptsAreKeptUntilTheyAreForgotten(t *testing.T) {
	f := newFixture(t)
	k := kept{f.store, new(sync.Mutex), make(map[string]time.Duration)}
	s := NewService(k, f.Tokens, f.hasher, f.clock.now, rand.Reader)
	from := Caller{Address: home}
	_, token, err := s.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: from})
	if err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{
		second(s.LogIn(t.Context(), "a1", oldPassword, from)), second(s.VerifyPassword(t.Context(), token, oldPassword)),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := second(s.LogIn(t.Context(), "nobody", oldPassword, from)); !fault.Is(err, fault.CredentialsInvalid) {
		t.Fatal(err)
	}
	if err := (Moves{s, f.store}).mark(t.Context(), 5000); err != nil {
		t.Fatal(err)
	}
	want := map[string]time.Duration{
		"known": 30 * days, "both": 24 * time.Hour, "name": 30 * days, "address": time.Hour, "session": 30 * days, "sign-ups": time.Hour, "moved": 36500 * days,
	}
	if !maps.Equal(k.until, want) {
		t.Errorf("got %v, want %v", k.until, want)
	}
}

func TestAMarkIsSetOnce(t *testing.T) {
	f := newFixture(t)
	for range 3 {
		if err := moves(f).mark(t.Context(), 5000); err != nil {
			t.Error(err)
		}
		f.clock.turn(time.Hour)
	}
	_, attempts, err := f.store.MemberWithAttempts(t.Context(), "a1", []string{movedKey(5000)})
	if err != nil || attempts[0].Failures != 1 {
		t.Errorf("%+v, %v", attempts, err)
	}
}

func TestAMoveMeetsAnother(t *testing.T) {
	f := newFixture(t)
	f.store.fail["CreateMember"] = store.ErrExists
	if err := moves(f).Move(t.Context(), old(f), false); !fault.Is(err, fault.UsernameTaken) {
		t.Errorf("a name that is taken meanwhile: %v", err)
	}
	clear(f.store.fail)
	if err := moves(f).Move(t.Context(), old(f), false); err != nil {
		t.Fatal(err)
	}
	f.store.take()
	if err := moves(f).Move(t.Context(), old(f), true); !errors.Is(err, ErrMoved) || f.store.take()["AdmitAttempt"] != 0 {
		t.Errorf("a dry move of a member who is here: %v", err)
	}
}

func TestNoNumberIsReservedThatNobodyDraws(t *testing.T) {
	f := newFixture(t)
	for pk, claims := range map[int64]int{1: 0, 1023: 0, 1024: 1} {
		f.store.take()
		if err := f.KeepPK(t.Context(), pk); err != nil || f.store.take()["ClaimPKBlock"] != claims {
			t.Errorf("%d: %v", pk, err)
		}
	}
}

func TestALockEndsWhenItIsForgotten(t *testing.T) {
	f := newFixture(t)
	m, _, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.LogIn(t.Context(), "a1", "wrong-password", Caller{Address: "198.51.100.9"})
	for _, tt := range []struct {
		wait  time.Duration
		locks int
	}{{0, 1}, {30*days - 1, 1}, {1, 0}} {
		f.clock.turn(tt.wait)
		if locks, err := f.Locks(t.Context(), m); err != nil || len(locks) != tt.locks {
			t.Errorf("%v later: %+v, %v", tt.wait, locks, err)
		}
	}
}

// A session whose member is gone, or that was voided, verifies no password.
func TestThePasswordBesideATokenThatIsNone(t *testing.T) {
	f := newFixture(t)
	m, token, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	f.clock.turn(time.Second)
	if err := f.store.VoidTokens(t.Context(), "a1", m.PK, f.clock.now()); err != nil {
		t.Fatal(err)
	}
	if err := second(f.VerifyPassword(t.Context(), token, oldPassword)); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("voided: %v", err)
	}
	if err := f.store.DeleteMember(t.Context(), "a1", m.PK); err != nil {
		t.Fatal(err)
	}
	if err := second(f.VerifyPassword(t.Context(), token, oldPassword)); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("without a member: %v", err)
	}
}

func TestTheTenthFailureAtAKnownNetworkIsTheLastFreeOne(t *testing.T) {
	f := newFixture(t)
	from := Caller{Address: home}
	if _, _, err := f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: from}); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := second(f.LogIn(t.Context(), "a1", "wrong-password", from)); !fault.Is(err, fault.CredentialsInvalid) {
			t.Fatal(err)
		}
	}
	f.store.take()
	if err := second(f.LogIn(t.Context(), "a1", oldPassword, from)); !fault.Is(err, fault.TooManyLogIns) || f.store.take()["AdmitAttempt"] != 0 {
		t.Errorf("%v", err)
	}
}

func TestASessionHandedOverIsOfNoUseWithoutItsDesk(t *testing.T) {
	f, h, desk := handing(t)
	token := handedOver(t, h, desk)
	s, err := f.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.store.DeleteSessions(t.Context(), []store.TokenID{s.ID}); err != nil {
		t.Fatal(err)
	}
	if err := f.Prove(t.Context(), s); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("a proof of a session that has ended: %v", err)
	}
	s, err = f.Authenticate(t.Context(), handedOver(t, h, desk))
	if err != nil {
		t.Fatal(err)
	}
	logOut(t, f, desk)
	if _, err := f.Current(t.Context(), s.ID); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("its desk has logged out: %v", err)
	}
}

func TestANetworkThatIsKnownPushesNoneOut(t *testing.T) {
	f := newFixture(t)
	for i := range maxNetworks {
		address := "10.0." + strconv.Itoa(i) + ".1"
		f.clock.turn(time.Minute)
		var err error
		if i == 0 {
			_, _, err = f.SignUp(t.Context(), Registration{Username: "a1", Password: oldPassword, Name: "x", Caller: Caller{Address: address}})
		} else {
			_, _, err = f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: address})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f.clock.turn(48 * time.Hour)
	if _, _, err := f.LogIn(t.Context(), "a1", oldPassword, Caller{Address: "10.0.5.1"}); err != nil {
		t.Fatal(err)
	}
	if n := len(f.member(t, "a1").Networks); n != 12 {
		t.Errorf("%d networks", n)
	}
}

func TestSignUpsThatCantBeReadAreNotRefused(t *testing.T) {
	f := newFixture(t)
	f.store.fail["AdmitAttempt"], f.store.fail["MemberWithAttempts"] = store.ErrConflict, store.ErrUnavailable
	if err := second(f.SignUp(t.Context(), registration("a1"))); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
