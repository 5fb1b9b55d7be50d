package provider

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/store"
)

// remembered records the content of every grant.
type remembered struct {
	store.Grants
	contents [][]byte
}

func (r *remembered) CreateGrant(ctx context.Context, g store.Grant) error {
	r.contents = append(r.contents, g.Content)
	return r.Grants.CreateGrant(ctx, g)
}

// plain is a hasher for tests that compare no passwords.
type plain struct{}

func (plain) Hash(_ context.Context, password string) (string, error) { return password, nil }
func (plain) Verify(_ context.Context, stored, password string) (bool, bool, error) {
	return stored == password, false, nil
}
func (plain) VerifyNone(context.Context, string) error { return nil }

// house returns a provider and a person who is logged in.
func house(t *testing.T) (s *Service, kept *remembered, p *Person, members *memory.Store) {
	t.Helper()
	members = new(memory.Store)
	kept = &remembered{Grants: members}
	tokens := member.NewTokens(members, member.DefaultTokenLimits, time.Now, rand.Reader)
	people := member.NewService(members, tokens, plain{}, time.Now, rand.Reader)
	_, token, err := people.SignUp(t.Context(), member.Registration{Username: "hong-gildong", Password: "tachy-cardia!", Name: "Gildong"})
	if err != nil {
		t.Fatal(err)
	}
	s = NewService(kept, tokens, members, Clients{"shop": {ID: "shop"}}, time.Now)
	if p, err = s.Person(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	return s, kept, p, members
}

func TestAGrantNamesNobodyAndEndsWithTheAccount(t *testing.T) {
	s, kept, p, members := house(t)
	id, err := s.Begin(t.Context(), Flow{ClientID: "shop", Level: Password}, "browser")
	if err != nil {
		t.Fatal(err)
	}
	_, code, err := s.Finish(t.Context(), id, "browser", p)
	if err != nil {
		t.Fatal(err)
	}
	taken, err := s.TakeCode(t.Context(), code)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.GiveAccess(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	if _, m, err := s.Access(t.Context(), taken.Access); err != nil || m.Username != "hong-gildong" {
		t.Errorf("%v, %v", m.Username, err)
	}
	for _, content := range kept.contents {
		if bytes.Contains(bytes.ToLower(content), []byte("gildong")) {
			t.Errorf("a grant that outlives the account has the name: %s", content)
		}
	}
	if err := members.DeleteMember(t.Context(), p.Member.Username, p.Member.PK); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Access(t.Context(), taken.Access); !errors.Is(err, ErrGrant) {
		t.Errorf("access goes on after the account is gone: %v", err)
	}
}

func TestACodeThatComesTwiceGivesNoAccessWhenever(t *testing.T) {
	for name, before := range map[string]int{"after the access is stored": 0, "before it is stored": 1, "twice before it is stored": 2} {
		t.Run(name, func(t *testing.T) {
			s, _, p, _ := house(t)
			code, err := s.Code(t.Context(), Flow{ClientID: "shop", Level: Password}, p)
			if err != nil {
				t.Fatal(err)
			}
			taken, err := s.TakeCode(t.Context(), code)
			if err != nil {
				t.Fatal(err)
			}
			for n := range 3 {
				if n == before {
					if err := s.GiveAccess(t.Context(), taken); (before == 0) != (err == nil) || before > 0 && !errors.Is(err, ErrGrant) {
						t.Errorf("the access is stored: %v", err)
					}
				}
				if _, err := s.TakeCode(t.Context(), code); !errors.Is(err, ErrGrant) || errors.Is(err, store.ErrExists) {
					t.Errorf("the code again: %v", err)
				}
			}
			if _, _, err := s.Access(t.Context(), taken.Access); !errors.Is(err, ErrGrant) {
				t.Errorf("the access goes on: %v", err)
			}
		})
	}
}

func TestWhatIsLeftToDo(t *testing.T) {
	s, _, p, _ := house(t)
	s.now = func() time.Time { return p.Session.Issued.Add(time.Hour) }
	minutes := func(n int64) *int64 { n *= 60; return &n }
	checked := *p
	checked.Session.Verified = s.now().Add(-5 * time.Minute)
	longAgo := *p
	longAgo.Session.Verified = s.now().Add(-checkLifetime - time.Second)
	started := s.now().Add(-6 * time.Minute)
	for _, tt := range []struct {
		name string
		flow Flow
		p    *Person
		want Needs
	}{
		{"nobody", Flow{Level: Password}, nil, Needs{Password: true}},
		{"nobody, for the heart", Flow{Level: Heart}, nil, Needs{Password: true, Heart: true}},
		{"somebody", Flow{Level: Password}, p, Needs{}},
		{"a log-in too old", Flow{Level: Password, MaxAge: minutes(30)}, p, Needs{Password: true}},
		{"a log-in young enough", Flow{Level: Password, MaxAge: minutes(90)}, p, Needs{}},
		{"a check stands for a log-in", Flow{Level: Password, MaxAge: minutes(30)}, &checked, Needs{}},
		{"no check", Flow{Level: Heart}, p, Needs{Heart: true}},
		{"a check", Flow{Level: Heart}, &checked, Needs{}},
		{"a check too old", Flow{Level: Heart, MaxAge: minutes(4)}, &checked, Needs{Heart: true}},
		{"a check before now", Flow{Level: Heart, MaxAge: minutes(0)}, &checked, Needs{Heart: true}},
		{"a check since the start", Flow{Level: Heart, MaxAge: minutes(0), Started: started}, &checked, Needs{}},
		{"a huge age", Flow{Level: Heart, MaxAge: minutes(1 << 50)}, &checked, Needs{}},
		{"an old check, whatever the age", Flow{Level: Heart, MaxAge: minutes(60)}, &longAgo, Needs{Heart: true}},
		{"another person is asked for", Flow{Level: Password, ClientID: "shop", Subject: "another"}, p, Needs{Password: true}},
	} {
		if got, err := s.Needs(t.Context(), tt.flow, tt.p); err != nil || got != tt.want {
			t.Errorf("%s: %+v, %v, want %+v", tt.name, got, err, tt.want)
		}
	}
}

func TestAFlowIsFinishedByItsBrowserWhenAllIsDone(t *testing.T) {
	s, _, p, _ := house(t)
	id, err := s.Begin(t.Context(), Flow{ClientID: "shop", Level: Heart}, "browser")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		browser string
		p       *Person
		want    fault.Code
	}{{"browser", nil, fault.StepMissing}, {"browser", p, fault.StepMissing}, {"another", p, fault.FlowInvalid}, {"", p, fault.FlowInvalid}} {
		if _, code, err := s.Finish(t.Context(), id, tt.browser, tt.p); code != "" || !fault.Is(err, tt.want) {
			t.Errorf("%q: %v, want %s", tt.browser, err, tt.want)
		}
	}
	if _, err := s.Cancel(t.Context(), id, "browser"); err != nil {
		t.Fatal(err)
	}
	checked := *p
	checked.Session.Verified = time.Now()
	if _, _, err := s.Finish(t.Context(), id, "browser", &checked); !fault.Is(err, fault.FlowInvalid) {
		t.Errorf("a cancelled flow goes on: %v", err)
	}
}
