package member

import (
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

const oldPassword, newOne = "gudrms12", "brady-cardia!"

// withCodes returns a fixture with a member a1, a session of theirs and ten
// codes.
func withCodes(t *testing.T) (f fixture, token string, codes []string) {
	t.Helper()
	f = newFixture(t)
	_, token, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	if codes, _, err = f.MakeRecoveryCodes(t.Context(), token, oldPassword); err != nil {
		t.Fatal(err)
	}
	return f, token, codes
}

func (f fixture) recoverWith(t *testing.T, name, code string) error {
	t.Helper()
	return f.Recover(t.Context(), name, code, newOne, Caller{Address: home})
}

func (f fixture) logIn(t *testing.T, password string) error {
	t.Helper()
	_, _, err := f.LogIn(t.Context(), "a1", password, Caller{Address: home})
	return err
}

func TestTenRecoveryCodesAreMadeAndNoneIsStored(t *testing.T) {
	f, token, codes := withCodes(t)
	seen := map[string]bool{}
	for _, code := range codes {
		if !regexp.MustCompile(`^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){5}$`).MatchString(code) || seen[code] {
			t.Errorf("code %q", code)
		}
		seen[code] = true
	}
	m := f.member(t, "a1")
	if len(codes) != 10 || len(m.RecoveryCodes.Left) != 10 || !m.RecoveryCodes.Made.Equal(f.clock.now()) {
		t.Errorf("%d codes, at rest %+v", len(codes), m.RecoveryCodes)
	}
	for _, digest := range m.RecoveryCodes.Left {
		if len(digest) != 32 {
			t.Errorf("a digest of %d bytes", len(digest))
		}
	}
	if left, err := f.RecoveryCodes(t.Context(), token); err != nil || len(left.Left) != 10 {
		t.Errorf("left %+v, %v", left, err)
	}
}

func TestARecoveryCodeSetsANewPasswordOnceAndEndsEverySession(t *testing.T) {
	f, token, codes := withCodes(t)
	f.clock.turn(time.Minute)
	typed := " " + strings.ToLower(strings.ReplaceAll(codes[3], "-", " ")) + "\n"
	if err := f.recoverWith(t, "a1 ", typed); err != nil {
		t.Fatal(err)
	}
	if _, err := f.RecoveryCodes(t.Context(), token); !fault.Is(err, fault.TokenInvalid) {
		t.Errorf("the session: %v", err)
	}
	if left := f.sessions(t); len(left) != 0 {
		t.Errorf("%d sessions are left", len(left))
	}
	if err := f.recoverWith(t, "a1", codes[3]); !fault.Is(err, fault.RecoveryInvalid) {
		t.Errorf("again: %v", err)
	}
	if err := f.logIn(t, oldPassword); !fault.Is(err, fault.CredentialsInvalid) {
		t.Errorf("the old password: %v", err)
	}
	if err := f.logIn(t, newOne); err != nil {
		t.Errorf("the new password: %v", err)
	}
	if m := f.member(t, "a1"); len(m.RecoveryCodes.Left) != 9 || !m.Recovered.Equal(f.clock.now()) {
		t.Errorf("left %+v, recovered %v", m.RecoveryCodes, m.Recovered)
	}
	kinds := f.kinds(t)
	for _, want := range []store.EventKind{RecoveryCodesMade, PasswordRecovered, RecoveryFailed} {
		if kinds[want] != 1 {
			t.Errorf("activity tells %d times of %s: %v", kinds[want], want, kinds)
		}
	}
}

// kinds counts the events of a1 by kind.
func (f fixture) kinds(t *testing.T) map[store.EventKind]int {
	t.Helper()
	events, _, err := f.store.ActivityOf(t.Context(), "a1", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[store.EventKind]int{}
	for _, e := range events {
		kinds[e.Kind]++
	}
	return kinds
}

// Letters that look like digits on paper mean the digits.
func TestACodeIsReadAsPeopleWriteIt(t *testing.T) {
	for _, typed := range []string{"01AB-CD10", "oiab cdlo", "OLABCDI0", "0-1-A-B-C-D-1-0\t"} {
		if got := codeDigest(7, typed); string(got) != string(codeDigest(7, "01ABCD10")) {
			t.Errorf("%q is another code", typed)
		}
	}
	if string(codeDigest(7, "01ABCD10")) == string(codeDigest(8, "01ABCD10")) {
		t.Error("two members' digests of one code are the same")
	}
}

func TestANewSetOfCodesReplacesTheOneBefore(t *testing.T) {
	f, token, old := withCodes(t)
	f.clock.turn(time.Minute)
	fresh, _, err := f.MakeRecoveryCodes(t.Context(), token, oldPassword)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.recoverWith(t, "a1", old[0]); !fault.Is(err, fault.RecoveryInvalid) {
		t.Errorf("an old code: %v", err)
	}
	if err := f.recoverWith(t, "a1", fresh[0]); err != nil {
		t.Errorf("a new code: %v", err)
	}
}

func TestCodesAreMadeWithThePasswordOnly(t *testing.T) {
	f, token, codes := withCodes(t)
	if _, _, err := f.MakeRecoveryCodes(t.Context(), token, "wrong-one"); !fault.Is(err, fault.PasswordWrong) {
		t.Errorf("with a wrong password: %v", err)
	}
	if err := f.recoverWith(t, "a1", codes[0]); err != nil {
		t.Errorf("a code of the set before: %v", err)
	}
}

func TestOfOneCodeUsedTwiceAtOnceOneSetsAPassword(t *testing.T) {
	for range 10 {
		f, _, codes := withCodes(t)
		passwords := []string{"first-of-all-1", "second-of-all-2", "third-of-all-3", "fourth-of-all-4"}
		results := atOnce(len(passwords), func(i int) error {
			return f.Recover(t.Context(), "a1", codes[0], passwords[i], Caller{Address: home})
		})
		others := results[fault.Conflict] + results[fault.RecoveryInvalid] + results[fault.TooManyLogIns]
		if results[""] != 1 || others != len(passwords)-1 {
			t.Fatalf("answers %v", results)
		}
		right := 0
		for _, password := range passwords {
			f.clock.turn(time.Hour) // the other codes' counts expire
			if f.logIn(t, password) == nil {
				right++
			}
		}
		if right != 1 || len(f.member(t, "a1").RecoveryCodes.Left) != 9 {
			t.Fatalf("%d passwords are right", right)
		}
	}
}

func TestCodesOutliveAChangeOfThePasswordAndNoAccount(t *testing.T) {
	f, token, codes := withCodes(t)
	if err := f.ChangePassword(t.Context(), token, oldPassword, "another-one!"); err != nil {
		t.Fatal(err)
	}
	if err := f.recoverWith(t, "a1", codes[0]); err != nil {
		t.Fatalf("after a change of the password: %v", err)
	}
	m := f.member(t, "a1")
	if err := f.store.DeleteMember(t.Context(), "a1", m.PK); err != nil {
		t.Fatal(err)
	}
	if err := f.recoverWith(t, "a1", codes[1]); !fault.Is(err, fault.RecoveryInvalid) {
		t.Errorf("after the deletion: %v", err)
	}
	if _, _, err := f.SignUp(t.Context(), registration("a1")); err != nil {
		t.Fatal(err)
	}
	if err := f.recoverWith(t, "a1", codes[1]); !fault.Is(err, fault.RecoveryInvalid) {
		t.Errorf("of the name's next holder: %v", err)
	}
}

func TestACodeWhosePasswordIsRefusedStaysGood(t *testing.T) {
	f, _, codes := withCodes(t)
	for password, want := range map[string]fault.Code{"short": fault.PasswordTooShort, "password1": fault.PasswordCommon, "a1-근형": fault.PasswordTooShort} {
		if err := f.Recover(t.Context(), "a1", codes[0], password, Caller{Address: home}); codeOf(err) != want {
			t.Errorf("%q: %v, want %s", password, err, want)
		}
	}
	if err := f.recoverWith(t, "a1", codes[0]); err != nil {
		t.Error(err)
	}
}

// Guesses at codes and at passwords count together, and a right code resets the
// count.
func TestGuessesAtCodesAreSlowedWithThoseAtPasswords(t *testing.T) {
	f, _, codes := withCodes(t)
	elsewhere := Caller{Address: "203.0.113.9"}
	var err error
	for i := range 6 {
		if i%2 == 0 {
			err = f.Recover(t.Context(), "a1", "0000-0000", newOne, elsewhere)
		} else {
			_, _, err = f.LogIn(t.Context(), "a1", "wrong-one", elsewhere)
		}
	}
	var refusal *fault.Error
	if !errors.As(err, &refusal) || refusal.Code != fault.TooManyLogIns || refusal.RetryAfter <= 0 {
		t.Fatalf("the sixth guess: %v", err)
	}
	if err := f.Recover(t.Context(), "a1", codes[0], newOne, elsewhere); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("a right code is let through: %v", err)
	}
	f.clock.turn(refusal.RetryAfter)
	if err := f.Recover(t.Context(), "a1", codes[0], newOne, elsewhere); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.LogIn(t.Context(), "a1", newOne, elsewhere); err != nil {
		t.Errorf("a log-in right after it: %v", err)
	}
}

// The refusal comes after the same calls, whether the name has a member with
// codes, a member without codes, or no member.
func TestARefusedCodeTellsNothingOfTheMember(t *testing.T) {
	f, _, _ := withCodes(t)
	if _, _, err := f.SignUp(t.Context(), registration("a2")); err != nil { // without codes
		t.Fatal(err)
	}
	var want map[string]int
	for _, name := range []string{"a1", "a2", "nobody"} {
		f.store.take()
		err := f.recoverWith(t, name, "7K3M-9QXA-0V5T-R2WD-H8CE-4NPB")
		if !fault.Is(err, fault.RecoveryInvalid) {
			t.Fatalf("%s: %v", name, err)
		}
		got := f.store.take()
		if want == nil {
			want = got
		}
		if len(got) != len(want) {
			t.Errorf("%s costs %v, want %v", name, got, want)
		}
		for method, n := range want {
			if got[method] != n {
				t.Errorf("%s costs %v, want %v", name, got, want)
			}
		}
	}
	if err := f.recoverWith(t, "#pk-block:1", "x"); !fault.Is(err, fault.RecoveryInvalid) {
		t.Errorf("a name that no member can have: %v", err)
	}
}

// A code replaces the password, not the heart: a session with the new password
// cannot remove or replace the template, the codes or the account before a check
// was accepted.
func TestARecoveryCodeIsNoProofAgainstTheHeart(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	template, old := &store.Template{Made: now.Add(-24 * time.Hour)}, &store.Template{Made: now.Add(-2 * RecoveryWait)}
	loggedIn, checked := store.Session{Issued: now}, store.Session{Issued: now.Add(-time.Hour), Verified: now}
	tests := []struct {
		name           string
		m              store.Member
		s              store.Session
		change, remove fault.Code
	}{
		{"a log-in, never recovered", store.Member{Template: template}, loggedIn, "", ""},
		{"an old log-in, never recovered", store.Member{Template: template}, store.Session{Issued: now.Add(-time.Hour)}, fault.LogInAgain, ""},
		{"a log-in after a recovery", store.Member{Template: template, Recovered: now.Add(-time.Minute)}, loggedIn, fault.CheckFirst, fault.CheckFirst},
		{"a log-in long after a recovery", store.Member{Template: template, Recovered: now.Add(-time.Hour)}, loggedIn, fault.CheckFirst, fault.CheckFirst},
		{"a check after a recovery", store.Member{Template: template, Recovered: now.Add(-time.Minute)}, checked, "", ""},
		{"another code too soon", store.Member{Template: old, Recovered: now, RecoveredBefore: now.Add(time.Second - RecoveryWait)}, loggedIn, fault.CheckFirst, fault.CheckFirst},
		{"another code a week later", store.Member{Template: old, Recovered: now, RecoveredBefore: now.Add(-RecoveryWait)}, loggedIn, "", ""},
		{"another code a week later, an old log-in", store.Member{Template: old, Recovered: now, RecoveredBefore: now.Add(-RecoveryWait)}, store.Session{Issued: now.Add(-time.Hour)}, fault.LogInAgain, ""},
		{"another code, the first of before the template", store.Member{Template: template, Recovered: now, RecoveredBefore: now.Add(-RecoveryWait)}, loggedIn, fault.CheckFirst, fault.CheckFirst},
		{"a template made since", store.Member{Template: template, Recovered: now.Add(-48 * time.Hour)}, loggedIn, "", ""},
		{"a recovery without a template", store.Member{Recovered: now}, loggedIn, "", ""},
		{"a recovery where a template was removed", store.Member{Removed: now.Add(-time.Hour), Recovered: now}, loggedIn, "", ""},
	}
	for _, tt := range tests {
		if got := codeOf(MayChangeTemplate(tt.s, tt.m, now)); got != tt.change {
			t.Errorf("%s: may change: %q, want %q", tt.name, got, tt.change)
		}
		if got := codeOf(MayRemoveTemplate(tt.s, tt.m, now)); got != tt.remove {
			t.Errorf("%s: may remove: %q, want %q", tt.name, got, tt.remove)
		}
	}
}

func TestAStolenCodeMakesNoNewCodes(t *testing.T) {
	f, _, codes := withCodes(t)
	m := f.member(t, "a1")
	if err := f.store.SetTemplate(t.Context(), m, store.Template{Version: "v", Key: "models/1/v", Made: f.clock.now()}, nil); err != nil {
		t.Fatal(err)
	}
	f.clock.turn(time.Minute)
	if err := f.recoverWith(t, "a1", codes[0]); err != nil {
		t.Fatal(err)
	}
	_, token, err := f.LogIn(t.Context(), "a1", newOne, Caller{Address: home})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.MakeRecoveryCodes(t.Context(), token, newOne); !fault.Is(err, fault.CheckFirst) {
		t.Errorf("new codes: %v", err)
	}
	if err := f.recoverWith(t, "a1", codes[1]); err != nil {
		t.Errorf("the owner's next code: %v", err)
	}
}

func TestTwoCodesAWeekApartStandForAHeartThatChanged(t *testing.T) {
	for _, test := range []struct {
		name   string
		after  []time.Duration // each code's delay after the one before
		opened bool
	}{
		{"one code", []time.Duration{0}, false},
		{"another one at once", []time.Duration{0, time.Minute}, false},
		{"another one a week later", []time.Duration{0, RecoveryWait}, true},
		{"the owner comes in between", []time.Duration{0, 3 * 24 * time.Hour, 4 * 24 * time.Hour}, false},
		{"the owner comes afterwards", []time.Duration{0, RecoveryWait, time.Minute}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			f, _, codes := withCodes(t)
			if err := f.store.SetTemplate(t.Context(), f.member(t, "a1"), store.Template{Version: "v", Key: "models/1/v", Made: f.clock.now()}, nil); err != nil {
				t.Fatal(err)
			}
			f.clock.turn(time.Minute)
			for n, after := range test.after {
				f.clock.turn(after)
				if err := f.recoverWith(t, "a1", codes[n]); err != nil {
					t.Fatal(err)
				}
			}
			_, token, err := f.LogIn(t.Context(), "a1", newOne, Caller{Address: home})
			if err != nil {
				t.Fatal(err)
			}
			_, _, err = f.MakeRecoveryCodes(t.Context(), token, newOne)
			if opened := err == nil; opened != test.opened || !opened && !fault.Is(err, fault.CheckFirst) {
				t.Errorf("%v", err)
			}
			if told := f.kinds(t)[PasswordRecovered]; told != len(test.after) {
				t.Errorf("the activity tells %d of %d recoveries", told, len(test.after))
			}
		})
	}
}
