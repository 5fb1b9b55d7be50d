package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"systole/shared/api"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/provider"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

// accesses is the UserInfo route on a store whose calls of one name fail.
type accesses struct {
	handler  http.Handler
	provider *provider.Service
	session  store.TokenID
	fails    string
}

func newAccesses(t *testing.T) *accesses {
	t.Helper()
	a := new(accesses)
	now := func() time.Time { return time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC) }
	kept := &storetest.Hooked{Store: new(memory.Store), Hook: func(_ context.Context, name string, call func() error) error {
		if name == a.fails {
			return fmt.Errorf("%s: %w", name, store.ErrUnavailable)
		}
		return call()
	}}
	m := store.Member{Username: "kim", PK: 7, Name: "Kim"}
	s := store.Session{ID: store.TokenID{1}, Username: "kim", PK: 7, Issued: now(), Used: now(), Expires: now().Add(time.Hour)}
	if err := kept.CreateMember(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := kept.CreateSession(t.Context(), s, store.Event{}, nil); err != nil {
		t.Fatal(err)
	}
	tokens := member.NewTokens(kept, member.DefaultTokenLimits, now, rand.Reader)
	a.provider, a.session = provider.NewService(kept, tokens, kept, nil, now), s.ID
	a.handler = api.New(api.Settings{}, UserInfo(a.provider))
	return a
}

// give stores an access token for the scopes, with the secret.
func (a *accesses) give(t *testing.T, secret string, scopes ...string) {
	t.Helper()
	code := provider.Code{Flow: provider.Flow{ClientID: "shop", Scopes: scopes}, Subject: "kim at shop", Session: a.session, Access: secret}
	if err := a.provider.GiveAccess(t.Context(), code); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request with a header, or with a form.
func (a *accesses) ask(authorization, form string) string {
	r := httptest.NewRequest("POST", "/openid/userinfo", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return strings.TrimSpace(fmt.Sprint(w.Code, " ", w.Header().Get("WWW-Authenticate"), " ", w.Body))
}

const (
	nobody  = `401 Bearer {}`
	invalid = `401 Bearer error="invalid_token" {"error":"invalid_token"}`
)

func TestAClientIsToldWhatItsAccessIsFor(t *testing.T) {
	a := newAccesses(t)
	a.give(t, "with-profile", "openid", "profile")
	a.give(t, "without", "openid")
	most := strings.Repeat("x", api.DefaultMaxBody-len("access_token=without&x="))
	for _, tt := range []struct{ authorization, form, want string }{
		{"Bearer with-profile", "", `200  {"name":"Kim","preferred_username":"kim","sub":"kim at shop"}`},
		{"bearer  without ", "", `200  {"sub":"kim at shop"}`},
		{"", "access_token=without", `200  {"sub":"kim at shop"}`},
		{"", "access_token=without&x=" + most, `200  {"sub":"kim at shop"}`},
		{"", "access_token=without&x=x" + most, nobody}, // beyond a body's limit
		{"Token without", "access_token=without", `200  {"sub":"kim at shop"}`},
		{"Bearer", "", nobody},
		{"", "", nobody},
		{"Bearer unknown", "", invalid},
		{"", "access_token=unknown", invalid},
	} {
		if got := a.ask(tt.authorization, tt.form); got != tt.want {
			t.Errorf("%q %.40q: got %s, want %s", tt.authorization, tt.form, got, tt.want)
		}
	}
}

func TestAStoreThatIsDownIsNoReasonToRefuseAClient(t *testing.T) {
	a := newAccesses(t)
	a.give(t, "without", "openid")
	for _, call := range []string{"Grant", "Session", "Member"} {
		a.fails = call
		if got := a.ask("Bearer without", ""); !strings.HasPrefix(got, "503") {
			t.Errorf("%s fails: %s", call, got)
		}
	}
}

// A client that was removed has no name; what can't be read is an error.
func TestAFlowIsDescribedWithoutItsClient(t *testing.T) {
	for call, want := range map[string]error{"": nil, "Registrations": store.ErrUnavailable, "SetSubjectSalt": store.ErrUnavailable} {
		a := newAccesses(t)
		a.fails = call
		person := &provider.Person{Member: store.Member{Username: "kim", PK: 7, Name: "Kim"}}
		flow := provider.Flow{ClientID: "gone", Subject: "kim at shop", Level: provider.Password}
		said, err := flows{a.provider, Settings{}}.describe(t.Context(), flow, person)
		if !errors.Is(err, want) || err == nil && (said.Client != "" || said.Person.Name != "Kim" || said.Code != 200) {
			t.Errorf("%q fails: %+v, %v", call, said, err)
		}
	}
}
