package member

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

const days = 24 * time.Hour

// The limits on attempts, as the documents state them.
func TestLimitsOnAttempts(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		limit     limit
		free      int           // attempts without a wait
		longest   time.Duration // wait
		most      int           // attempts in a row, 0 for any number
		forgotten time.Duration // after the last
		end       fault.Code    // of what follows the most
	}{
		"at a known network":        {ofKnown, 10, 30 * time.Second, 100, 30 * days, fault.LogInElsewhere},
		"at another network":        {ofStranger, 5, 15 * time.Minute, 0, 24 * time.Hour, ""},
		"at all others together":    {ofStrangers, 20, 5 * time.Minute, 100, 30 * days, fault.LogInElsewhere},
		"at an address":             {ofAddress, 100, 30 * time.Second, 0, time.Hour, ""},
		"with a session":            {ofSession, 5, 15 * time.Minute, 50, 30 * days, fault.LogInAgain},
		"to sign up, at an address": {ofSignUps, 100, 30 * time.Second, 0, time.Hour, ""},
	} {
		t.Run(name, func(t *testing.T) {
			after := func(failures int, since time.Duration) (fault.Code, time.Duration) {
				err := mayTry([]counter{{limit: tt.limit}}, []store.Attempts{{Failures: failures, FailedAt: now.Add(-since)}}, now)
				if err == nil {
					return "", 0
				}
				return faultCode(err), err.(*fault.Error).RetryAfter
			}
			check := func(what string, failures int, since time.Duration, code fault.Code, wait time.Duration) {
				t.Helper()
				if gotCode, gotWait := after(failures, since); gotCode != code || gotWait != wait {
					t.Errorf("%s: %q %v, want %q %v", what, gotCode, gotWait, code, wait)
				}
			}
			check("the last free one", tt.free-1, 0, "", 0)
			check("the first that waits", tt.free, 0, fault.TooManyLogIns, time.Second)
			check("the next", tt.free+1, 0, fault.TooManyLogIns, 2*time.Second)
			check("half of the wait later", tt.free+1, time.Second, fault.TooManyLogIns, time.Second)
			check("in time", tt.free+1, 2*time.Second, "", 0)
			check("many", tt.free+20, 0, fault.TooManyLogIns, tt.longest)
			if tt.most > 0 {
				check("one before the most", tt.most-1, tt.forgotten-1, "", 0)
				check("the most", tt.most, tt.forgotten-1, tt.end, 0)
			}
			check("forgotten", 100_000, tt.forgotten, "", 0)
		})
	}
}

func faultCode(err error) fault.Code { return err.(*fault.Error).Code }

func TestTokensByDefault(t *testing.T) {
	if DefaultTokenLimits != (TokenLimits{PerMember: 10, Lifetime: 30 * days, Idle: 30 * days}) {
		t.Errorf("%+v", DefaultTokenLimits)
	}
}

// Digests are the keys of stored rows, so every later version must compute the
// same ones.
func TestDigestsStayTheSame(t *testing.T) {
	for name, tt := range map[string]struct{ got, want string }{
		"counter":       {knownCounter("kim", "192.0.2.0/24").key, "known:64ad8a770361addf1a90c4df1500e1dc"},
		"move":          {movedKey(1234567), "moved:0476dfe5bc766fda742076839ebc9253"},
		"recovery code": {fmt.Sprintf("%x", codeDigest(1234567, "0123-4567-89ab-cdef-ghjk-mnpq")), "ba09ca10f5d2f9a6c694e8b96a0c5ae282e92e559459c0d21332125ce708e6b7"},
		"network":       {networkID(1234567, "192.0.2.0/24"), "a8a6f3ac0ea14f90"},
		"nobody's mark": {networkMark(nil, "192.0.2.0/24"), "0000"},
		"mark":          {networkMark(&store.Member{PK: 1234567}, "192.0.2.0/24"), "a8a6"},
		"session":       {SessionName(store.TokenID{1, 2, 3, 4, 5, 6, 7, 8, 9}), "0102030405060708"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", name, tt.got, tt.want)
		}
	}
	if a, b := knownCounter("a", "bc").key, knownCounter("ab", "c").key; a == b {
		t.Errorf("two counters are one: %s", a)
	}
}

func TestANetworkIsAsLargeAsAnAccess(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.0/24", "192.0.2.7/32": "192.0.2.0/24", "::ffff:192.0.2.7": "192.0.2.0/24", "::ffff:192.0.2.7/128": "192.0.2.0/24",
		"2001:db8:1:2:3::4": "2001:db8:1:2::/64", "2001:db8:1:2::/64": "2001:db8:1:2::/64", "fe80::1%eth0": "fe80::/64",
		"": "", "unknown": "", "192.0.2": "",
	} {
		if got := networkOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	m := &store.Member{PK: 7, Networks: map[string]time.Time{networkID(7, "192.0.2.0/24"): at, networkID(7, ""): at}}
	if !knows(m, "192.0.2.0/24") || knows(m, "198.51.100.0/24") || knows(m, "") || knows(nil, "192.0.2.0/24") {
		t.Error("a network is known that isn't, or isn't that is")
	}
}

func TestAPasswordThatTheNameTells(t *testing.T) {
	for _, tt := range []struct {
		password, username, name string
		code                     fault.Code
	}{
		{"xx-kim1-xx", "kim1", "x", fault.PasswordLikeName},
		{"xx-1mik-xx", "kim1", "x", fault.PasswordLikeName}, // reversed
		{"xx-kim-xx1", "kim", "x", ""},                      // a short name may occur by chance
		{"longname", "mylongname", "x", fault.PasswordLikeName},
		{"hongkim1234", "park", "Hong Kim", fault.PasswordLikeName}, // four characters besides the names
		{"hongkim12345", "park", "Hong Kim", ""},
		{"kimberly1234", "park", "Kim Kimberly", fault.PasswordLikeName}, // the longer one first
		{"lililili1234", "park", "Li", fault.PasswordLikeName},
		{"kkkkqkkkkzkk", "park", "K", ""},
		{"12345678k", "park", "K", fault.PasswordCommon}, // a name of one letter does not count
		{"qz-heart-wyxv", "park", "x", ""},
		{"heartbeat1234", "park", "x", fault.PasswordCommon},
		{"heartbeat12345", "park", "x", ""},
		{"\u1112\u1169\u11bc\u1100\u1175\u11af12", "park", "홍길", fault.PasswordTooShort}, // four characters in NFC
		{"홍길동홍길동12", "park", "\u1112\u1169\u11bc\u1100\u1175\u11af\u1103\u1169\u11bc", fault.PasswordLikeName},
		{"심전도비밀번호1234", "park", "x", fault.PasswordCommon},
		{strings.Repeat("가나", 64), "park", "x", ""},
		{strings.Repeat("가나", 64) + "다", "park", "x", fault.PasswordTooLong},
		{"qzkvwxj", "park", "x", fault.PasswordTooShort},
		{"qzkvwxjb", "park", "x", ""},
	} {
		_, err := newPassword(tt.password, tt.username, tt.name)
		if codeOf(err) != tt.code {
			t.Errorf("%q of %s, %s: %v, want %q", tt.password, tt.username, tt.name, err, tt.code)
		}
	}
}

// Every line of the list is found, the first and the last included.
func TestEveryCommonPasswordIsFound(t *testing.T) {
	lines := strings.Split(strings.TrimSuffix(commonPasswords, "\n"), "\n")
	for i := 0; i < len(lines); i += 101 {
		if !isCommon(lines[i]) || !isCommon(strings.ToUpper(lines[i])+" ") {
			t.Errorf("%q isn't found", lines[i])
		}
	}
	if !isCommon(lines[len(lines)-1]) || isCommon("") || isCommon(lines[0]+"\n"+lines[1]) {
		t.Error("the ends of the list")
	}
}

func TestANameIsText(t *testing.T) {
	for name, ok := range map[string]bool{"Kim": true, "\xff": false, "a\xffb": false, "": false, strings.Repeat("가", 150): true, strings.Repeat("가", 151): false, "a\u2028b": false} {
		if _, err := displayName(name); (err == nil) != ok {
			t.Errorf("%q: %v", name, err)
		}
	}
}

func TestProgressIsTheDaysAndTheNextOne(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for have, want := range map[int]string{
		0: "1 of 3, next 2026-03-02T00:00:00Z", 1: "1 of 3, next 2026-03-02T00:00:00Z", 2: "2 of 3, next 2026-03-02T00:00:00Z",
		3: "3 of 3, next -", 5: "5 of 3, next -",
	} {
		p := ProgressOf(store.Template{Days: have, LastDay: at})
		next := "-"
		if p.Next != nil {
			next = p.Next.Format(time.RFC3339)
		}
		if got := fmt.Sprintf("%d of %d, next %s", p.Days.Days, p.Of, next); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestAnEntryIsOfAnHour(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if e := NewEvent(LogInFailed, at); e.Within != time.Hour || !e.Expires.Equal(at.Add(180*days)) {
		t.Errorf("%+v", e)
	}
	if e := NewEvent(LoggedIn, at); e.Within != 0 {
		t.Errorf("%+v", e)
	}
}

// Of the events under a name the activity has those that are the member's own and
// not too old, and no time from before the member.
func TestTheWholeActivityIsTheMembersOwn(t *testing.T) {
	f := newFixture(t)
	now := f.clock.now()
	m := store.Member{Username: "kim", PK: 7, Created: now.Add(-time.Hour)}
	for _, e := range []store.Event{
		{Kind: "of an earlier kim", At: now.Add(-61 * time.Minute), Expires: now.Add(time.Hour)},
		{Kind: "at the sign-up", At: m.Created, Expires: now.Add(time.Hour)},
		{Kind: "expired", At: now.Add(-time.Minute), Expires: now},
		{Kind: "not yet", At: now.Add(-2 * time.Minute), Expires: now.Add(1)},
	} {
		if err := f.store.Note(t.Context(), "kim", e); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 2500 { // more than two pages
		if err := f.store.Note(t.Context(), "kim", store.Event{Kind: "many", At: now.Add(-3*time.Minute - time.Duration(i)*time.Microsecond), Expires: now.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
	}
	f.store.take()
	all, err := WholeActivity(t.Context(), f.store, m, now)
	if got := kinds(all); err != nil || got["many"] != 2500 || got["not yet"] != 1 || got["at the sign-up"] != 1 || len(got) != 3 {
		t.Errorf("%v, %v", got, err)
	}
	if reads := f.store.take()["ActivityOf"]; reads != 3 {
		t.Errorf("%d reads", reads)
	}
	counted := []store.Event{{Kind: LogInFailed, At: now, First: m.Created.Add(-time.Minute), Expires: now.Add(1), Count: 3}}
	if left := remembered(counted, m, now); len(left) != 1 || !left[0].First.Equal(m.Created) {
		t.Errorf("an entry that began before the member: %+v", left)
	}
}

// endless is an activity without an end.
type endless struct{ store.ActivityLog }

func (endless) ActivityOf(_ context.Context, _, _ string, limit int) ([]store.Event, string, error) {
	return make([]store.Event, limit), "more", nil
}

func TestTheWholeActivityHasAnEnd(t *testing.T) {
	long := time.Time{}.Add(-time.Hour) // before the entries expire
	if all, err := WholeActivity(t.Context(), endless{}, store.Member{}, long); err != nil || len(all) != 10_000 {
		t.Errorf("%d, %v", len(all), err)
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

func TestSignUpsThatCantBeReadAreNotRefused(t *testing.T) {
	f := newFixture(t)
	f.store.fail["AdmitAttempt"], f.store.fail["MemberWithAttempts"] = store.ErrConflict, store.ErrUnavailable
	if err := second(f.SignUp(t.Context(), registration("a1"))); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}
