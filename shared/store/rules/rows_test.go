package rules_test

import (
	"bytes"
	"testing"
	"time"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// outcome applies a rule to a row, nil for none, and fails the test unless its
// outcome is this.
func outcome[Row any](t *testing.T, what string, rule rules.Rule[Row], row *Row, write bool, want error) *Row {
	t.Helper()
	left, written, err := rule.Apply(row)
	if written != write || err != want {
		t.Errorf("%s, %s: written %v, %v; want %v, %v", rule.Op, what, written, err, write, want)
	}
	return left
}

func TestAGrantIsMadeAndTakenOnce(t *testing.T) {
	g := store.Grant{Kind: "code", Content: []byte("a")}
	create := rules.CreateGrant(g)
	outcome(t, "where there is none", create, nil, true, nil)
	outcome(t, "again, after a lost reply", create, &g, false, nil)
	outcome(t, "beside one of another kind", create, &store.Grant{Kind: "token", Content: g.Content}, false, store.ErrExists)
	outcome(t, "beside one of another content", create, &store.Grant{Kind: "code", Content: []byte("b")}, false, store.ErrExists)

	take := rules.TakeGrant("code", "me")
	outcome(t, "where there is none", take, nil, false, store.ErrNotFound)
	taken := outcome(t, "of another kind", take, &store.Grant{Kind: "token"}, false, store.ErrConflict)
	if taken.Taker != "" {
		t.Error("a grant of another kind is taken")
	}
	if taken := outcome(t, "the first time", take, &g, true, nil); taken.Taker != "me" {
		t.Errorf("%q has it", taken.Taker)
	}
	outcome(t, "again, after a lost reply", take, &store.Grant{Kind: "code", Taker: "me"}, false, nil)
	outcome(t, "after another", take, &store.Grant{Kind: "code", Taker: "another"}, false, store.ErrConflict)
	outcome(t, "of another kind, of one's own", take, &store.Grant{Kind: "token", Taker: "me"}, false, store.ErrConflict)

	if left := outcome(t, "one that is there", rules.DeleteGrant(), &g, true, nil); left != nil {
		t.Error("it is there still")
	}
	outcome(t, "none", rules.DeleteGrant(), nil, false, nil)
}

func TestRegistrationsAreReplacedByWhoReadThem(t *testing.T) {
	a, b, none := []byte("a"), []byte("b"), []byte(nil)
	for _, tt := range []struct {
		what      string
		old, text []byte
		row       *[]byte
		write     bool
		want      error
		left      []byte
	}{
		{"the first", none, a, nil, true, nil, a},
		{"the first, after another", none, a, &b, false, store.ErrConflict, b},
		{"the first, again", none, a, &a, false, nil, a},
		{"those that were read", a, b, &a, true, nil, b},
		{"those that were read, again", a, b, &b, false, nil, b},
		{"others than were read", a, none, &b, false, store.ErrConflict, b},
		{"what is gone", a, b, nil, false, store.ErrConflict, nil},
		{"an empty text that somebody wrote", none, a, &none, false, store.ErrConflict, none},
	} {
		left := outcome(t, tt.what, rules.ReplaceRegistrations(tt.old, tt.text), tt.row, tt.write, tt.want)
		if left == nil && tt.left != nil || left != nil && !bytes.Equal(*left, tt.left) {
			t.Errorf("%s: left %v, want %q", tt.what, left, tt.left)
		}
	}
}

func TestASessionsWritesNeedASession(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for want, all := range map[error][]rules.Session{
		store.ErrNotFound: {rules.TouchSession(now, "k"), rules.VerifySession(now), rules.KeepSession(now), rules.SetChallenge(store.Challenge{}),
			rules.EndSession(1), rules.DeleteSession(), rules.PostponeSession(now)},
		store.ErrConflict: {rules.TakeChallenge(store.Challenge{})},
		nil:               {rules.ExpireSession(now, time.Hour)},
	} {
		for _, rule := range all {
			outcome(t, "of none", rule, nil, false, want)
		}
	}
}

func TestAChallengeIsTakenWhereThereIsOne(t *testing.T) {
	c := store.Challenge{Hash: [32]byte{1}, Expires: time.Unix(1_800_000_000, 0)}
	take := rules.TakeChallenge(c)
	if left := outcome(t, "the one there is", take, &store.Session{Challenge: c}, true, nil); left.Challenge != (store.Challenge{}) {
		t.Error("it is there still")
	}
	outcome(t, "another", take, &store.Session{Challenge: store.Challenge{Hash: [32]byte{2}}}, false, store.ErrConflict)
	outcome(t, "none, and none is asked for", rules.TakeChallenge(store.Challenge{}), &store.Session{}, false, store.ErrConflict)
}

func TestARememberedDigestLiesBesideTheOthers(t *testing.T) {
	row := store.Member{PK: 1, Digests: map[string][]byte{"a": {1}}}
	left := outcome(t, "beside another", rules.RememberProbe(store.Session{PK: 1}, "b", []byte{2}), &row, true, nil)
	if len(left.Digests) != 2 || len(left.Digests["a"]) != 1 || len(left.Digests["b"]) != 1 {
		t.Errorf("digests %v", left.Digests)
	}
}

func TestACountThatHasExpiredBeginsAnewWhateverItWas(t *testing.T) {
	at := time.Unix(1_800_000_000, 0)
	expires := at.Add(time.Hour)
	admit := rules.AdmitAttempt(store.Backoff{Free: 1, First: time.Hour, Longest: time.Hour, Most: 2}, at, expires)
	first := rules.Attempts{Attempts: store.Attempts{Failures: 1, FailedAt: at}, Expires: expires}
	second := rules.Attempts{Attempts: store.Attempts{Failures: 2, FailedAt: at}, Expires: expires}
	of := func(failures int, ago, left time.Duration) *rules.Attempts {
		return &rules.Attempts{Attempts: store.Attempts{Failures: failures, FailedAt: at.Add(-ago)}, Expires: at.Add(left)}
	}
	for _, tt := range []struct {
		what string
		row  *rules.Attempts
		want error
		left rules.Attempts
	}{
		{"none", nil, nil, first},
		{"expired, with no more to be admitted", of(9, 1, 0), nil, first},
		{"expired", of(1, time.Hour, -1), nil, first},
		{"that waits", of(1, time.Hour-1, 1), store.ErrConflict, *of(1, time.Hour-1, 1)},
		{"that has waited", of(1, time.Hour, 1), nil, second},
		{"with no more to be admitted", of(2, 9*time.Hour, 1), store.ErrConflict, *of(2, 9*time.Hour, 1)},
	} {
		if left := outcome(t, tt.what, admit, tt.row, tt.want == nil, tt.want); *left != tt.left {
			t.Errorf("%s: left %+v, want %+v", tt.what, *left, tt.left)
		}
	}
}
