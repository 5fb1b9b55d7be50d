package member

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// phone is the device that a session is handed over to.
var phone = Caller{Address: "198.51.100.4", Client: store.Client{App: "Chrome", System: "Android"}}

// handing returns a member's token at a desk, and the service that hands its
// session over.
func handing(t *testing.T) (fixture, *HandOffs, string) {
	t.Helper()
	f := newFixture(t)
	_, desk, err := f.SignUp(t.Context(), Registration{Username: "kim", Password: "tachy-cardia!", Name: "n", Caller: Caller{Address: home}})
	if err != nil {
		t.Fatal(err)
	}
	return f, NewHandOffs(f.store, f.Tokens, f.store, f.clock.now), desk
}

// handedOver hands the desk's session over and returns the new session's token.
func handedOver(t *testing.T, h *HandOffs, desk string) string {
	t.Helper()
	code, err := h.Make(t.Context(), desk)
	if err != nil {
		t.Fatal(err)
	}
	_, token, err := h.Take(t.Context(), code, phone)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func wantEnded(t *testing.T, f fixture, token string) {
	t.Helper()
	if _, _, err := f.Resolve(t.Context(), f.store, token); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("the session handed over goes on: %v", err)
	}
}

func TestACodeOpensOneSessionOfItsMember(t *testing.T) {
	f, h, desk := handing(t)
	code, err := h.Make(t.Context(), desk)
	if err != nil {
		t.Fatal(err)
	}
	m, token, err := h.Take(t.Context(), code, phone)
	if err != nil || m.Username != "kim" {
		t.Fatalf("%s, %v", m.Username, err)
	}
	s, _, err := f.Resolve(t.Context(), f.store, token)
	if err != nil || s.Client != phone.Client {
		t.Fatalf("%+v, %v", s, err)
	}
	if _, _, err := h.Take(t.Context(), code, phone); !fault.Is(err, fault.HandOffInvalid) {
		t.Errorf("a used code: %v", err)
	}
	own, all, err := f.Sessions(t.Context(), desk)
	if err != nil || len(all) != 2 {
		t.Fatalf("%d sessions, %v", len(all), err)
	}
	for _, each := range all {
		if each.ID != own.ID && each.HandedBy != own.ID {
			t.Errorf("the list doesn't say who handed over %+v", each)
		}
	}
}

func TestACodeIsOfNoUse(t *testing.T) {
	tests := map[string]func(t *testing.T, f fixture, desk string){
		"after three minutes":        func(_ *testing.T, f fixture, _ string) { f.clock.turn(HandOffLifetime) },
		"after the desk's log-out":   func(t *testing.T, f fixture, desk string) { logOut(t, f, desk) },
		"after a log-out everywhere": func(t *testing.T, f fixture, desk string) { logOutEverywhere(t, f, desk) },
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			f, h, desk := handing(t)
			code, err := h.Make(t.Context(), desk)
			if err != nil {
				t.Fatal(err)
			}
			happens(t, f, desk)
			if _, _, err := h.Take(t.Context(), code, phone); !fault.Is(err, fault.HandOffInvalid) {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func logOut(t *testing.T, f fixture, token string) {
	t.Helper()
	if err := f.LogOut(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}

func logOutEverywhere(t *testing.T, f fixture, token string) {
	t.Helper()
	if err := f.LogOutEverywhere(t.Context(), token); err != nil {
		t.Fatal(err)
	}
}

func TestASessionHandedOverEnds(t *testing.T) {
	tests := map[string]func(t *testing.T, f fixture, desk string){
		"with the desk's":   func(t *testing.T, f fixture, desk string) { logOut(t, f, desk) },
		"with all":          func(t *testing.T, f fixture, desk string) { logOutEverywhere(t, f, desk) },
		"after its minutes": func(_ *testing.T, f fixture, _ string) { f.clock.turn(HandedLifetime) },
		"with all but the desk's": func(t *testing.T, f fixture, desk string) {
			if err := f.EndOtherSessions(t.Context(), desk); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, happens := range tests {
		t.Run(name, func(t *testing.T) {
			f, h, desk := handing(t)
			token := handedOver(t, h, desk)
			happens(t, f, desk)
			wantEnded(t, f, token)
			if _, all, err := f.Sessions(t.Context(), desk); err == nil && len(all) != 1 {
				t.Errorf("%d sessions are listed", len(all))
			}
		})
	}
}

// Otherwise a stolen token could turn itself into a fresh log-in.
func TestASessionHandedOverProvesNothingAnew(t *testing.T) {
	f, h, desk := handing(t)
	f.clock.turn(ProofLifetime + time.Second)
	s, m, err := f.Resolve(t.Context(), f.store, handedOver(t, h, desk))
	if err != nil {
		t.Fatal(err)
	}
	template := store.Template{Made: f.clock.now().Add(-time.Hour)}
	m.Template = &template
	if err := MayChangeTemplate(s, m, f.clock.now()); !fault.Is(err, fault.LogInAgain) {
		t.Errorf("error is %v", err)
	}
}

func TestWhatASessionHandedOverProvesIsProvedForTheDesk(t *testing.T) {
	f, h, desk := handing(t)
	handed, _, err := f.Resolve(t.Context(), f.store, handedOver(t, h, desk))
	if err != nil {
		t.Fatal(err)
	}
	_, bystander, err := f.LogIn(t.Context(), "kim", "tachy-cardia!", Caller{Address: home})
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Prove(t.Context(), handed); err != nil {
		t.Fatal(err)
	}
	for token, want := range map[string]bool{desk: true, bystander: false} {
		s, _, err := f.Resolve(t.Context(), f.store, token)
		if err != nil || !s.Verified.IsZero() != want {
			t.Errorf("verified %v, %v, want %v", s.Verified, err, want)
		}
	}
	logOut(t, f, desk)
	if err := f.Prove(t.Context(), handed); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("after the desk's log-out: %v", err)
	}
}

func TestASessionHandedOverHandsNothingOver(t *testing.T) {
	_, h, desk := handing(t)
	if _, err := h.Make(t.Context(), handedOver(t, h, desk)); !fault.Is(err, fault.HandOffInvalid) {
		t.Errorf("error is %v", err)
	}
}

func TestHandingOverDoesNotEndTheDesksSession(t *testing.T) {
	f, h, desk := handing(t)
	for range 5 { // more than a member of the fixture may have
		handedOver(t, h, desk)
	}
	if _, _, err := f.Resolve(t.Context(), f.store, desk); err != nil {
		t.Error(err)
	}
}

// A token can make any number of codes: if each session that they open counted
// separately, the token could guess the password any number of times.
func TestGuessesOfThePasswordCountForTheSessionThatHandsOver(t *testing.T) {
	f, h, desk := handing(t)
	hashed := 0
	for range 4 {
		handed := handedOver(t, h, desk)
		for range ofSession.Free {
			_, _, err := f.VerifyPassword(t.Context(), handed, "wrong wrong")
			if fault.Is(err, fault.PasswordWrong) {
				hashed++
			}
		}
	}
	if hashed != ofSession.Free {
		t.Errorf("%d guesses by sessions of one token were compared, and %d are free", hashed, ofSession.Free)
	}
	if _, _, err := f.VerifyPassword(t.Context(), desk, "tachy-cardia!"); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("the next guess by the token itself: %v", err)
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
