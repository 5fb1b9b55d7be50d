package member

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"systole/shared/fault"
	"systole/shared/store"
)

func TestCommonPasswordsAreSortedLowerCaseAndLongEnough(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(commonPasswords, "\n"), "\n")
	if len(lines) < 8000 {
		t.Fatalf("%d lines", len(lines))
	}
	if !slices.IsSorted(lines) {
		t.Error("not sorted")
	}
	for _, line := range lines {
		if line != strings.ToLower(line) || utf8.RuneCountInString(line) < minPassword {
			t.Errorf("%q can never be asked for", line)
		}
		if strings.TrimSpace(line) == line && !isCommon(line) {
			t.Errorf("%q is not found", line)
		}
	}
}

func TestIsCommon(t *testing.T) {
	tests := map[string]bool{
		"password": true, "PassWord": true, "12345678": true, "qwertyuiop": true, " iloveyou ": true,
		"": false, "\n": false, "password\n12345678": false, "passwor": false, "gudrms12": false, "\uffff\uffff": false,
	}
	for password, want := range tests {
		if got := isCommon(password); got != want {
			t.Errorf("%q: %v, want %v", password, got, want)
		}
	}
}

func TestWordsThatOthersKnowMakeNoPassword(t *testing.T) {
	for password, want := range map[string]fault.Code{
		"systole1": fault.PasswordCommon, "Heartbeat": fault.PasswordCommon, "electrocardiogram": fault.PasswordCommon,
		"MyECG-heartbeat": fault.PasswordCommon, "심전도비밀번호1": fault.PasswordCommon,
		"Gildong1": fault.PasswordLikeName, "honggildong99": fault.PasswordLikeName, "gildong.hong!": fault.PasswordLikeName,
		"heart of an ox": "", "gildong sings at noon": "", "tachy-cardia!": "",
	} {
		if _, err := newPassword(password, "user", "Gildong Hong"); codeOf(err) != want {
			t.Errorf("%q: %v, want %q", password, err, want)
		}
	}
}

func BenchmarkNewPassword(b *testing.B) {
	for b.Loop() {
		if _, err := newPassword("gudrms12", "hyeonggeun2", "Hyeong-geun"); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzUsername(f *testing.F) {
	f.Add("hyeonggeun2")
	f.Add("cafe\u0301")
	f.Add("#pk-block:1")
	f.Fuzz(func(t *testing.T, s string) {
		name, err := username(s)
		if err != nil {
			return
		}
		if again, err := username(name); err != nil || again != name {
			t.Fatalf("%q became %q, which becomes %q, %v", s, name, again, err)
		}
		if strings.ContainsAny(name, "#/\\ \x00\n") || len(name) == 0 {
			t.Fatalf("%q became %q", s, name)
		}
	})
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
