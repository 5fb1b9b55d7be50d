package member

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// signedUp returns a fixture with the member a1 and their first token.
func signedUp(t *testing.T) (h fixture, token string) {
	t.Helper()
	h = newFixture(t)
	_, token, err := h.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	return h, token
}

func TestTokenLife(t *testing.T) {
	const day = 24 * time.Hour
	tests := []struct {
		name string
		live func(t *testing.T, h fixture, token string)
		want fault.Code
	}{
		{"fresh", func(*testing.T, fixture, string) {}, ""},
		{"just before its idle limit", func(_ *testing.T, h fixture, _ string) { h.clock.turn(7*day - 1) }, ""},
		{"at its idle limit", func(_ *testing.T, h fixture, _ string) { h.clock.turn(7 * day) }, fault.TokenInvalid},
		{"kept in use until just before its end", func(t *testing.T, h fixture, token string) {
			keepInUse(t, h, token, 29)
			h.clock.turn(day - 1)
		}, ""},
		{"kept in use until its end", func(t *testing.T, h fixture, token string) {
			keepInUse(t, h, token, 29)
			h.clock.turn(day)
		}, fault.TokenInvalid},
		{"after log-out", func(t *testing.T, h fixture, token string) {
			if err := h.LogOut(t.Context(), token); err != nil {
				t.Fatal(err)
			}
		}, fault.TokenInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, token := signedUp(t)
			tt.live(t, h, token)
			if _, err := h.Authenticate(t.Context(), token); codeOf(err) != tt.want {
				t.Errorf("authenticate: %v, want %q", err, tt.want)
			}
			if err := h.LogOut(t.Context(), token); codeOf(err) != tt.want {
				t.Errorf("log-out: %v, want %q", err, tt.want)
			}
		})
	}
}

func keepInUse(t *testing.T, h fixture, token string, days int) {
	t.Helper()
	for range days {
		h.clock.turn(24 * time.Hour)
		s, err := h.Authenticate(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.Touch(t.Context(), s, s.TemplateKey); err != nil {
			t.Fatal(err)
		}
	}
}

func TestOtherTokensAreRefused(t *testing.T) {
	h, token := signedUp(t)
	for _, other := range []string{"", "x", token[1:], token + "0", strings.ToUpper(token[:39]) + "G", strings.Repeat("0", 40)} {
		if _, err := h.Authenticate(t.Context(), other); codeOf(err) != fault.TokenInvalid {
			t.Errorf("authenticate %q: %v", other, err)
		}
		if err := h.LogOut(t.Context(), other); codeOf(err) != fault.TokenInvalid {
			t.Errorf("log-out %q: %v", other, err)
		}
	}
}

func TestLogOutEndsOneTokenInOneCall(t *testing.T) {
	h, first := signedUp(t)
	_, second, err := h.LogIn(t.Context(), "a1", "gudrms12", Caller{})
	if err != nil || second == first {
		t.Fatalf("log-in: %v", err)
	}
	h.store.take()
	if err := h.LogOut(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if calls := h.store.take(); !reflect.DeepEqual(calls, map[string]int{"DeleteSession": 1}) {
		t.Errorf("calls %v", calls)
	}
	if _, err := h.Authenticate(t.Context(), second); err != nil {
		t.Errorf("the other token: %v", err)
	}
}

func TestTheOldestTokenMakesRoom(t *testing.T) {
	h, first := signedUp(t)
	tokens := []string{first}
	for range 4 {
		h.clock.turn(time.Minute)
		_, token, err := h.LogIn(t.Context(), "a1", "gudrms12", Caller{})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, token)
	}
	for i, token := range tokens {
		want := fault.Code("")
		if i < 2 { // three of five may live
			want = fault.TokenInvalid
		}
		if _, err := h.Authenticate(t.Context(), token); codeOf(err) != want {
			t.Errorf("token %d: %v, want %q", i, err, want)
		}
	}
}

func TestEndedTokensMakeRoomFirst(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	session := func(id byte, issued, used, expires time.Duration) store.Session {
		return store.Session{ID: store.TokenID{id}, Issued: now.Add(issued), Used: now.Add(used), Expires: now.Add(expires)}
	}
	const day = 24 * time.Hour
	var many []store.Session
	for i := range byte(160) {
		many = append(many, session(i, (time.Duration(i)-200)*time.Second, 0, day))
	}
	tests := []struct {
		name   string
		others []store.Session
		want   []store.TokenID
	}{
		{"none", nil, nil},
		{"room left", []store.Session{session(1, 0, 0, day), session(2, 0, 0, day)}, nil},
		{"full", []store.Session{session(2, -2*day, 0, day), session(1, -3*day, 0, day), session(3, -day, 0, day)}, []store.TokenID{{1}}},
		{"ended ones", []store.Session{session(1, -3*day, 0, day), session(2, -8*day, -7*day, day), session(3, -2*day, 0, 0)}, []store.TokenID{{2}, {3}}},
		{"more than one log-in ends", many, idsUpTo(MaxPerMember)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tokens := NewTokens(nil, TokenLimits{PerMember: 3, Lifetime: 30 * day, Idle: 7 * day}, func() time.Time { return now }, nil)
			if got := tokens.evicted(tt.others); !reflect.DeepEqual(got, tt.want) && len(got)+len(tt.want) > 0 {
				t.Errorf("got  %v\nwant %v", got, tt.want)
			}
		})
	}
}

func idsUpTo(n int) []store.TokenID {
	var ids []store.TokenID
	for i := range n {
		ids = append(ids, store.TokenID{byte(i)})
	}
	return ids
}

func TestTouchWritesOnlyNews(t *testing.T) {
	const tenth = 7 * 24 * time.Hour / 10
	tests := []struct {
		name     string
		after    time.Duration
		modelKey string
		writes   int
	}{
		{"used a moment ago", tenth - 1, "", 0},
		{"used a while ago", tenth, "", 1},
		{"another model", 0, "models/1/a", 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, token := signedUp(t)
			s, err := h.Authenticate(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			h.clock.turn(tt.after)
			if err := h.Touch(t.Context(), s, tt.modelKey); err != nil {
				t.Fatal(err)
			}
			if n := h.store.take()["TouchSession"]; n != tt.writes {
				t.Fatalf("%d writes, want %d", n, tt.writes)
			}
			want := s
			if tt.writes > 0 {
				want.Used, want.TemplateKey = h.clock.now(), tt.modelKey
			}
			if got, err := h.Authenticate(t.Context(), token); err != nil || got != want {
				t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestTouchDoesNotReviveAnEndedSession(t *testing.T) {
	h, token := signedUp(t)
	s, err := h.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.LogOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if err := h.Touch(t.Context(), s, "models/1/a"); err != nil {
		t.Error(err)
	}
	if len(h.sessions(t)) != 0 {
		t.Error("the session is back")
	}
}

func TestConfirm(t *testing.T) {
	from := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := store.Session{Username: "a1", PK: 7, Issued: from.Add(time.Hour), ValidFrom: from}
	tests := []struct {
		name string
		m    store.Member
		want fault.Code
	}{
		{"their own", store.Member{Username: "a1", PK: 7, TokensValidFrom: from}, ""},
		{"voided after", store.Member{Username: "a1", PK: 7, TokensValidFrom: from.Add(2 * time.Hour)}, fault.TokenInvalid},
		{"voided while it was made", store.Member{Username: "a1", PK: 7, TokensValidFrom: from.Add(1)}, fault.TokenInvalid},
		{"name given anew", store.Member{Username: "a1", PK: 8, TokensValidFrom: from}, fault.TokenInvalid},
	}
	for _, tt := range tests {
		if err := newFixture(t).Confirm(s, tt.m); codeOf(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestTokenStoreFailuresComeThrough(t *testing.T) {
	h, token := signedUp(t)
	s, err := h.Authenticate(t.Context(), token)
	if err != nil {
		t.Fatal(err)
	}
	for _, method := range []string{"Session", "TouchSession", "DeleteSession"} {
		h.store.fail[method] = store.ErrUnavailable
	}
	if _, err := h.Authenticate(t.Context(), token); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("authenticate: %v", err)
	}
	if err := h.Touch(t.Context(), s, "other"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("touch: %v", err)
	}
	if err := h.LogOut(t.Context(), token); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("log-out: %v", err)
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
