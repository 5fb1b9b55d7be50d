package main

import (
	"bytes"
	"context"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/unicode/norm"

	"systole/infra/operator"
	"systole/infra/operator/dumpdata"
	"systole/infra/service"
	"systole/shared/store"
	"systole/tests/support/fixture"
)

// dumped returns the dump that tests/clients/django writes of ten members after
// its command fill.
func dumped(t *testing.T) (text string, dump dumpdata.Dump) {
	t.Helper()
	b, err := os.ReadFile("../operator/dumpdata/testdata/user.json")
	if err != nil {
		t.Fatal(err)
	}
	if dump, err = dumpdata.Read(bytes.NewReader(b)); err != nil {
		t.Fatal(err)
	}
	return string(b), dump
}

// rows returns all members with their sessions and events.
func (r *running) rows(t *testing.T) string {
	t.Helper()
	all, _, err := r.Members.MembersPage(t.Context(), "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	var rows strings.Builder
	for _, m := range all {
		sessions, err := r.Sessions.SessionsOf(t.Context(), m.Username)
		if err != nil {
			t.Fatal(err)
		}
		row, err := json.Marshal([]any{m, sessions, r.happened(t, m.Username)})
		if err != nil {
			t.Fatal(err)
		}
		rows.Write(append(row, '\n'))
	}
	return rows.String()
}

func (r *running) imports(t *testing.T, text string, args []string, want ...string) {
	t.Helper()
	out, err := r.operateOn(t, text, append([]string{"import"}, args...)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, w := range want {
		if !strings.Contains(out, w) {
			t.Errorf("no %q in\n%s", w, out)
		}
	}
}

func TestMembersOfADjangoServerMoveWithPasswordsAndTokens(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		text, dump := dumped(t)
		r.signUp(t, "old") // another member has the name
		before := r.rows(t)
		lists := []string{
			"not taken: old (pk 6): another member has the user name",
			"not taken: scrypt (pk 4): the password can't be verified here",
			"not taken: with space (pk 8): the user name has other characters",
			"not taken: unusable (pk 9): has no password",
			"not taken: gone (pk 10): not active",
			"in the dump: members.user 6: age -1 is left out",
			`in the dump: members.user 7: gender "both" is left out`,
			"auth.group: 1, auth.permission: 24, contenttypes.contenttype: 6",
		}
		r.imports(t, text, []string{"-dry-run"}, append(lists, "5 members with 3 tokens would be taken, 0 were taken before, 5 are not taken")...)
		if r.rows(t) != before {
			t.Error("a dry run has written")
		}
		r.imports(t, text, nil, append(lists, "5 members with 3 tokens taken, 0 were taken before, 5 are not taken")...)
		after := r.rows(t)
		r.imports(t, text, nil, append(lists, "0 members with 0 tokens taken, 5 were taken before, 5 are not taken")...)
		if r.rows(t) != after {
			t.Errorf("a second run has changed\n%s to\n%s", after, r.rows(t))
		}
		for _, u := range dump.Users[:3] {
			r.form(t, "GET", "/authenticate/check_user/", u.Tokens[0].Key, "").Want(t, 200, "")
			r.hashedAnewAtLogIn(t, u)
		}
		r.hashedAnewAtLogIn(t, dump.Users[4])
		a := r.form(t, "POST", "/members/login/", "", "username=홍길동&password="+password).Want(t, 200, "")
		if user := a.Body["user"].(map[string]any); user["pk"] != 5.0 || user["name"] != "홍 길동" || user["gender"] != "female" || user["age"] != nil {
			t.Errorf("user: %v", user)
		}
		if happened := r.happened(t, "argon2"); !slices.Contains(happened, "moved_here") {
			t.Errorf("happened: %v", happened)
		}
	})
}

// hashedAnewAtLogIn expects that a log-in replaces the moved hash and the next
// log-in accepts the new one.
func (r *running) hashedAnewAtLogIn(t *testing.T, u dumpdata.User) {
	t.Helper()
	hash := func() string {
		m, err := r.Members.Member(t.Context(), u.Username)
		if err != nil || m.PK != u.PK {
			t.Fatalf("%+v, %v", m, err)
		}
		return m.PasswordHash
	}
	if moved := hash(); !strings.HasSuffix(u.Password, moved) {
		t.Errorf("%s: the hash is %s", u.Username, moved)
	}
	r.form(t, "POST", "/members/login/", "", "username="+u.Username+"&password=wrong-one").Want(t, 401, "credentials_invalid")
	r.logIn(t, u.Username)
	if now := hash(); !strings.HasPrefix(now, "$argon2id$v=19$m=64,t=1,p=1$") {
		t.Errorf("%s: after a log-in the hash is %s", u.Username, now)
	}
	r.logIn(t, u.Username)
}

// Django hashes a password as typed: a keyboard may type a letter and its marks,
// or the parts of a syllable, one by one.
func TestAMovedPasswordIsTakenAsItWasTyped(t *testing.T) {
	r, _ := inRunningFolder(t)
	const composed = "심전도-비밀번호 é"
	typed := norm.NFD.String(composed)
	hash, err := pbkdf2.Key(sha256.New, typed, []byte("salt"), 1000, sha256.Size)
	if err != nil {
		t.Fatal(err)
	}
	r.imports(t, `[{"model":"auth.user","pk":7,"fields":{"username":"gildong","password":"pbkdf2_sha256$1000$salt$`+
		base64.StdEncoding.EncodeToString(hash)+`"}}]`, nil, "1 members with 0 tokens taken")
	for _, step := range []struct{ password, want string }{
		{composed, "credentials_invalid"}, // the typed form is unknown
		{typed, ""},
		{composed, ""}, // hashed again, in NFC
		{typed, ""},
	} {
		if word := r.logInFrom(t, "203.0.113.7", "gildong", url.QueryEscape(step.password)); word != step.want {
			t.Errorf("%q: %q, want %q", step.password, word, step.want)
		}
	}
}

func TestMovedTokensEndByOurRulesAndNothingComesBack(t *testing.T) {
	everywhere(t, func(t *testing.T, r *running) {
		text, dump := dumped(t)
		r.imports(t, text, nil, "6 members with 3 tokens taken")
		stays, leaves, logsOut := dump.Users[0], dump.Users[1], dump.Users[2]
		r.want(t, []string{"delete", "-pk", fmt.Sprint(leaves.PK), leaves.Username}, "deleted")
		r.form(t, "GET", "/members/logout/", logsOut.Tokens[0].Key, "").Want(t, 200, "")
		r.imports(t, text, nil, "0 members with 0 tokens taken, 6 were taken before")
		r.refused(t, []string{"member", leaves.Username}, "no member")
		r.form(t, "GET", "/authenticate/check_user/", leaves.Tokens[0].Key, "").Want(t, 401, "token_invalid")
		r.form(t, "GET", "/authenticate/check_user/", logsOut.Tokens[0].Key, "").Want(t, 401, "token_invalid")

		stores := service.Stores{Members: r.Members, Sessions: r.Sessions, Objects: r.Objects, Keys: r.Keys}
		at := time.Now()
		later := fixture.New(r.Config, stores, func() time.Time { return at })
		ask := fixture.Request{Method: "GET", Path: "/authenticate/check_user/", Token: stays.Tokens[0].Key}
		fixture.Send(t.Context(), later, ask).Want(t, 200, "")
		at = at.Add(31 * 24 * time.Hour)
		fixture.Send(t.Context(), later, ask).Want(t, 401, "token_invalid")
	})
}

// failing is a store that cannot write members.
type failing struct{ store.Members }

func (failing) CreateMember(context.Context, store.Member) error { return store.ErrUnavailable }

func TestAnImportThatFailsMidwayCanBeRepeated(t *testing.T) {
	r, _ := inRunningFolder(t)
	text, dump := dumped(t)
	d := operator.New(r.Config, failing{r.Members}, r.Sessions, r.Grants, r.Objects, r.Keys)
	var out bytes.Buffer
	if err := operator.Run(t.Context(), d, []string{"import"}, strings.NewReader(text), &out); err == nil || !strings.Contains(err.Error(), "run it again") {
		t.Errorf("%v\n%s", err, &out)
	}
	r.form(t, "GET", "/authenticate/check_user/", dump.Users[0].Tokens[0].Key, "").Want(t, 401, "token_invalid")
	r.imports(t, text, nil, "6 members with 3 tokens taken")
	r.form(t, "GET", "/authenticate/check_user/", dump.Users[0].Tokens[0].Key, "").Want(t, 200, "")
}
