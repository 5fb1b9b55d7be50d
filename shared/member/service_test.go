package member

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member/argon2id"
	"systole/shared/store"
)

// codeOf returns the code that err is answered with; "" for none.
func codeOf(err error) fault.Code {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return fault.Internal
	}
	return ""
}

func registration(username string) Registration {
	return Registration{Username: username, Password: "gudrms12", Name: "HyeongGeun Oh"}
}

func age(years int) *int { return &years }

func TestSignUpKeepsTheMember(t *testing.T) {
	h := newFixture(t)
	r := Registration{Username: "한글.a@b+c-d_1", Password: "gudrms12", Name: " 오 형근 ", Age: age(26), Gender: "male"}
	m, token, err := h.SignUp(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	want := store.Member{Username: "한글.a@b+c-d_1", PK: m.PK, Name: "오 형근", Age: age(26), Gender: store.Male,
		PasswordHash: m.PasswordHash, Created: h.clock.now()}
	if !reflect.DeepEqual(m, want) {
		t.Errorf("got  %+v\nwant %+v", m, want)
	}
	if !reflect.DeepEqual(h.member(t, m.Username), want) {
		t.Errorf("stored %+v\nwant   %+v", h.member(t, m.Username), want)
	}
	if m.PK <= 0 || m.PK >= 1<<53 {
		t.Errorf("pk %d is out of range", m.PK)
	}
	s, err := h.Authenticate(t.Context(), token)
	if err != nil || h.Confirm(s, m) != nil {
		t.Errorf("token of sign-up: %+v, %v", s, err)
	}
}

func TestSignUpRefuses(t *testing.T) {
	long := strings.Repeat("가", 151)
	tests := []struct {
		name   string
		change func(*Registration)
		want   fault.Code
	}{
		{"empty user name", func(r *Registration) { r.Username = "" }, fault.UsernameInvalid},
		{"long user name", func(r *Registration) { r.Username = long }, fault.UsernameInvalid},
		{"nothing but space in user name", func(r *Registration) { r.Username = " \t " }, fault.UsernameInvalid},
		{"space in user name", func(r *Registration) { r.Username = "a b" }, fault.UsernameInvalid},
		{"reserved key", func(r *Registration) { r.Username = "#pk-block:1" }, fault.UsernameInvalid},
		{"slash in user name", func(r *Registration) { r.Username = "../a" }, fault.UsernameInvalid},
		{"line end in user name", func(r *Registration) { r.Username = "a\nb" }, fault.UsernameInvalid},
		{"direction mark in user name", func(r *Registration) { r.Username = "a\u202eb" }, fault.UsernameInvalid},
		{"broken UTF-8 in user name", func(r *Registration) { r.Username = "a\xff" }, fault.UsernameInvalid},
		{"zero byte in user name", func(r *Registration) { r.Username = "a\x00" }, fault.UsernameInvalid},
		{"short password", func(r *Registration) { r.Password = "gudrms1" }, fault.PasswordTooShort},
		{"short password of many bytes", func(r *Registration) { r.Password = "가나다라마바사" }, fault.PasswordTooShort},
		{"password short after NFC", func(r *Registration) { r.Password = strings.Repeat("\u1100\u1161", 7) }, fault.PasswordTooShort},
		{"long password", func(r *Registration) { r.Password = strings.Repeat("gudrms1 ", 16) + "x" }, fault.PasswordTooLong},
		{"common password", func(r *Registration) { r.Password = "Password1" }, fault.PasswordCommon},
		{"common password with space around", func(r *Registration) { r.Password = " password1 " }, fault.PasswordCommon},
		{"password is the user name", func(r *Registration) { r.Username, r.Password = "hyeonggeun", "HyeongGeun" }, fault.PasswordLikeName},
		{"password holds the user name", func(r *Registration) { r.Username, r.Password = "hyeong", "xxHYEONGxx" }, fault.PasswordLikeName},
		{"user name holds the password", func(r *Registration) { r.Username, r.Password = "hyeonggeun2", "yeonggeu" }, fault.PasswordLikeName},
		{"password is the user name backwards", func(r *Registration) { r.Username, r.Password = "hyeonggeun", "nueggnoeyh" }, fault.PasswordLikeName},
		{"no name", func(r *Registration) { r.Name = " " }, fault.FieldInvalid},
		{"long name", func(r *Registration) { r.Name = long }, fault.FieldInvalid},
		{"line end in name", func(r *Registration) { r.Name = "a\r\nb" }, fault.FieldInvalid},
		{"direction mark in name", func(r *Registration) { r.Name = "a\u202eb" }, fault.FieldInvalid},
		{"negative age", func(r *Registration) { r.Age = age(-1) }, fault.FieldInvalid},
		{"age past all bounds", func(r *Registration) { r.Age = age(151) }, fault.FieldInvalid},
		{"unknown gender", func(r *Registration) { r.Gender = "Male" }, fault.FieldInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			r := registration("hyeonggeun2")
			tt.change(&r)
			if _, _, err := h.SignUp(t.Context(), r); codeOf(err) != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
			if calls := h.store.take(); len(calls) != 0 {
				t.Errorf("asked the store: %v", calls)
			}
		})
	}
}

func TestSignUpTakes(t *testing.T) {
	tests := []struct {
		name   string
		change func(*Registration)
	}{
		{"user name of a letter", func(r *Registration) { r.Username = "k" }},
		{"longest user name", func(r *Registration) { r.Username = strings.Repeat("가", 150) }},
		{"short user name that a password holds by chance", func(r *Registration) { r.Username = "gud" }},
		{"longest password", func(r *Registration) { r.Password = strings.Repeat("gudrms1가", 16) }},
		{"password of spaces and emoji", func(r *Registration) { r.Password = "a b c d 🫀🫀" }},
		{"long name", func(r *Registration) { r.Name = strings.Repeat("가", 150) }},
		{"newborn", func(r *Registration) { r.Age = age(0) }},
		{"oldest", func(r *Registration) { r.Age = age(150) }},
		{"female", func(r *Registration) { r.Gender = "female" }},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			r := registration("hyeonggeun2")
			tt.change(&r)
			if _, _, err := h.SignUp(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			if _, _, err := h.LogIn(t.Context(), r.Username, r.Password, Caller{}); err != nil {
				t.Errorf("log-in: %v", err)
			}
		})
	}
}

func TestNamesAndPasswordsAreComparedAfterNFC(t *testing.T) {
	h := newFixture(t)
	composed := Registration{Username: "caf\u00e9", Password: "gudrms\u00e912", Name: "x"}
	decomposed := Registration{Username: "cafe\u0301", Password: "gudrmse\u030112", Name: "x"}
	if _, _, err := h.SignUp(t.Context(), decomposed); err != nil {
		t.Fatal(err)
	}
	if _, _, err := h.SignUp(t.Context(), composed); codeOf(err) != fault.UsernameTaken {
		t.Errorf("second sign-up: %v", err)
	}
	if m, _, err := h.LogIn(t.Context(), composed.Username, composed.Password, Caller{}); err != nil || m.Username != composed.Username {
		t.Errorf("log-in: %+v, %v", m, err)
	}
}

func TestSpaceAroundAUserNameIsNoPartOfIt(t *testing.T) {
	h := newFixture(t)
	m, _, err := h.SignUp(t.Context(), registration("hong "))
	if err != nil || m.Username != "hong" {
		t.Fatalf("user name %q, %v", m.Username, err)
	}
	if _, _, err := h.SignUp(t.Context(), registration("\u3000hong")); !fault.Is(err, fault.UsernameTaken) {
		t.Errorf("second sign-up: %v", err)
	}
	for _, typed := range []string{"hong", "hong ", " \thong\n"} {
		if _, _, err := h.LogIn(t.Context(), typed, "gudrms12", Caller{}); err != nil {
			t.Errorf("log-in as %q: %v", typed, err)
		}
	}
	for range ofStranger.Free {
		h.LogIn(t.Context(), "hong ", "wrong", Caller{})
	}
	if _, _, err := h.LogIn(t.Context(), "hong", "gudrms12", Caller{}); !fault.Is(err, fault.TooManyLogIns) {
		t.Errorf("failures under the name with a space are counted apart: %v", err)
	}
}

func TestRoundTrips(t *testing.T) {
	h := newFixture(t)
	ctx := t.Context()
	steps := []struct {
		name string
		do   func() error
		want map[string]int
	}{
		{"first sign-up of a process", func() error { _, _, err := h.SignUp(ctx, registration("a1")); return err },
			map[string]int{"AdmitAttempt": 1, "ClaimPKBlock": 1, "CreateMember": 1, "CreateSession": 1}},
		{"sign-up", func() error { _, _, err := h.SignUp(ctx, registration("a2")); return err },
			map[string]int{"AdmitAttempt": 1, "CreateMember": 1, "CreateSession": 1}},
		{"first log-in from a network", func() error { _, _, err := h.LogIn(ctx, "a1", "gudrms12", Caller{Address: home}); return err },
			map[string]int{"MemberWithAttempts": 1, "AdmitAttempt": 3, "SessionsOf": 1, "CreateSession": 1, "ClearAttempts": 2, "TakeBackAttempt": 1, "RecordNetwork": 1}},
		{"log-in", func() error { _, _, err := h.LogIn(ctx, "a1", "gudrms12", Caller{Address: home}); return err },
			map[string]int{"MemberWithAttempts": 1, "AdmitAttempt": 1, "SessionsOf": 1, "CreateSession": 1, "ClearAttempts": 1}},
		{"log-in with a wrong password", func() error {
			_, _, err := h.LogIn(ctx, "a1", "gudrms13", Caller{})
			return ignoring(err, fault.CredentialsInvalid)
		},
			map[string]int{"MemberWithAttempts": 1, "AdmitAttempt": 3, "SessionsOf": 1, "Note": 1}},
		{"log-in of nobody", func() error {
			_, _, err := h.LogIn(ctx, "a3", "gudrms12", Caller{})
			return ignoring(err, fault.CredentialsInvalid)
		},
			map[string]int{"MemberWithAttempts": 1, "AdmitAttempt": 3, "SessionsOf": 1, "Note": 1}},
		{"log-in with a reserved key", func() error {
			_, _, err := h.LogIn(ctx, "#pk-block:1", "gudrms12", Caller{})
			return ignoring(err, fault.CredentialsInvalid)
		},
			map[string]int{"MemberWithAttempts": 1, "AdmitAttempt": 1}},
	}
	for _, step := range steps {
		h.store.take()
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		if got := h.store.take(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("%s: calls %v, want %v", step.name, got, step.want)
		}
	}
}

func ignoring(err error, code fault.Code) error {
	if codeOf(err) != code {
		return fmt.Errorf("%v, want %s", err, code)
	}
	return nil
}

func TestLogInRehashesWhenTheCostChanged(t *testing.T) {
	old := newFixture(t)
	if _, _, err := old.SignUp(t.Context(), registration("a1")); err != nil {
		t.Fatal(err)
	}
	h := newFixtureOn(old.store, old.clock, argon2id.Cost{MemoryKiB: 128, Passes: 1, Lanes: 1})
	for range 2 {
		if _, _, err := h.LogIn(t.Context(), "a1", "gudrms12", Caller{}); err != nil {
			t.Fatal(err)
		}
	}
	if got := old.member(t, "a1").PasswordHash; !strings.HasPrefix(got, "$argon2id$v=19$m=128,t=1,p=1$") {
		t.Errorf("hash %q", got)
	}
	if n := old.store.take()["ReplacePassword"]; n != 1 {
		t.Errorf("replaced %d times, want once", n)
	}
}

func TestLogInSucceedsWhenRehashingFails(t *testing.T) {
	for _, cause := range []error{store.ErrConflict, store.ErrUnavailable} {
		old := newFixture(t)
		if _, _, err := old.SignUp(t.Context(), registration("a1")); err != nil {
			t.Fatal(err)
		}
		old.store.fail["ReplacePassword"] = cause
		h := newFixtureOn(old.store, old.clock, argon2id.Cost{MemoryKiB: 128, Passes: 1, Lanes: 1})
		if _, _, err := h.LogIn(t.Context(), "a1", "gudrms12", Caller{}); err != nil {
			t.Errorf("with %v: %v", cause, err)
		}
	}
}

func TestStoreFailuresComeThrough(t *testing.T) {
	signUp := func(h fixture) error { _, _, err := h.SignUp(context.Background(), registration("a2")); return err }
	logIn := func(h fixture) error {
		_, _, err := h.LogIn(context.Background(), "a1", "gudrms12", Caller{})
		return err
	}
	tests := []struct {
		method string
		do     func(fixture) error
	}{
		{"AdmitAttempt", signUp}, {"AdmitAttempt", logIn}, {"ClearAttempts", logIn}, {"ClaimPKBlock", signUp}, {"CreateMember", signUp}, {"CreateSession", signUp},
		{"MemberWithAttempts", logIn}, {"SessionsOf", logIn}, {"CreateSession", logIn},
	}
	for _, tt := range tests {
		h := newFixture(t)
		if _, _, err := h.SignUp(t.Context(), registration("a1")); err != nil {
			t.Fatal(err)
		}
		h = newFixtureOn(h.store, h.clock, cheap) // another process, without a block of numbers
		h.store.fail[tt.method] = store.ErrUnavailable
		if err := tt.do(h); !errors.Is(err, store.ErrUnavailable) {
			t.Errorf("%s: %v", tt.method, err)
		}
	}
}

// countingHasher counts the verifications that take time.
type countingHasher struct {
	Hasher
	verified int
}

func (c *countingHasher) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	c.verified++
	return c.Hasher.Verify(ctx, stored, password)
}

func (c *countingHasher) VerifyNone(ctx context.Context, password string) error {
	c.verified++
	return c.Hasher.VerifyNone(ctx, password)
}

func TestEveryFailedLogInCostsOneHash(t *testing.T) {
	h := newFixture(t)
	if _, _, err := h.SignUp(t.Context(), registration("a1")); err != nil {
		t.Fatal(err)
	}
	hasher := &countingHasher{Hasher: h.hasher}
	h.hasher = hasher
	for _, try := range [][2]string{{"a1", "wrong"}, {"a2", "gudrms12"}, {"#pk-block:1", "gudrms12"}, {"", ""}, {"a1", strings.Repeat("x", 1000)}} {
		hasher.verified = 0
		if _, _, err := h.LogIn(t.Context(), try[0], try[1], Caller{}); codeOf(err) != fault.CredentialsInvalid || hasher.verified != 1 {
			t.Errorf("%q: %v after %d hashes", try, err, hasher.verified)
		}
	}
}

func TestParallelSignUpsOfOneNameMakeOneMember(t *testing.T) {
	h := newFixture(t)
	results := atOnce(80, func(int) error { _, _, err := h.SignUp(context.Background(), registration("a1")); return err })
	if results[""] != 1 || results[fault.UsernameTaken] != 79 {
		t.Errorf("results %v", results)
	}
	if page, _, err := h.store.MembersPage(t.Context(), "", 10); len(page) != 1 || err != nil {
		t.Errorf("%d members, %v", len(page), err)
	}
}

func TestParallelLogInsOfOneMemberSucceed(t *testing.T) {
	h := newFixture(t)
	if _, _, err := h.SignUp(t.Context(), registration("a1")); err != nil {
		t.Fatal(err)
	}
	results := atOnce(5, func(int) error { _, _, err := h.LogIn(context.Background(), "a1", "gudrms12", Caller{}); return err })
	if results[""] != 5 {
		t.Errorf("results %v", results)
	}
}

func TestPKsAreUniqueAcrossProcesses(t *testing.T) {
	s := newCalls()
	var mu sync.Mutex
	seen := map[int64]bool{}
	results := atOnce(8, func(int) error {
		source := newPKSource(s, rand.Reader)
		for range 3 * pkBlockSize {
			pk, err := source.Next(context.Background())
			if err != nil {
				return err
			}
			mu.Lock()
			if seen[pk] || pk <= 0 || pk >= 1<<53 {
				mu.Unlock()
				return fmt.Errorf("pk %d twice or out of range", pk)
			}
			seen[pk] = true
			mu.Unlock()
		}
		return nil
	})
	if claims := s.take()["ClaimPKBlock"]; results[""] != 8 || claims != 8*3 {
		t.Errorf("results %v, %d blocks", results, claims)
	}
}

func TestPKBlockTakenByAnotherIsDrawnAgain(t *testing.T) {
	s := newCalls()
	if err := s.ClaimPKBlock(t.Context(), 1, "another process"); err != nil {
		t.Fatal(err)
	}
	claimant := strings.Repeat("c", 16)
	draws := strings.NewReader(claimant + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x01" + "\x00\x00\x00\x00\x00\x00\x00\x02")
	pk, err := newPKSource(s, draws).Next(t.Context())
	if err != nil || pk != 2*pkBlockSize {
		t.Errorf("pk %d, %v", pk, err)
	}
}

// atOnce runs do n times at once and counts the codes of the results.
func atOnce(n int, do func(i int) error) map[fault.Code]int {
	var mu sync.Mutex
	var all sync.WaitGroup
	results := map[fault.Code]int{}
	for i := range n {
		all.Go(func() {
			err := do(i)
			mu.Lock()
			defer mu.Unlock()
			results[codeOf(err)]++
		})
	}
	all.Wait()
	return results
}

func TestTokensAreStoredAsDigestsOnly(t *testing.T) {
	h := newFixture(t)
	_, token, err := h.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	if len(token) != 40 || strings.Trim(token, "0123456789abcdef") != "" {
		t.Errorf("token %q", token)
	}
	now := h.clock.now()
	want := store.Session{ID: sha256.Sum256([]byte(token)), Username: "a1", PK: h.member(t, "a1").PK,
		Issued: now, Used: now, Expires: now.Add(30 * 24 * time.Hour), Due: now.Add(7 * 24 * time.Hour)}
	if got := h.sessions(t); !slices.Equal(got, []store.Session{want}) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
