package main

import (
	"context"
	"maps"
	"net/http"
	"reflect"
	"sync"
	"testing"
	"time"

	"systole/infra/service"
	"systole/shared/memory"
	"systole/shared/store/storetest"
	"systole/tests/support/fixture"
)

// Tests do not time the service itself. They check that the measure finds a
// difference that exists.
func TestMeasureTriesBothKindsAndTellsADifference(t *testing.T) {
	for _, g := range guesses() {
		r, err := measure(g, 3, func(int) {})
		if err != nil || len(r.known) != 3 || len(r.unknown) != 3 {
			t.Fatalf("%s: %v, %v", g.what, r, err)
		}
	}
	ms := func(n ...int) (d []time.Duration) {
		for _, x := range n {
			d = append(d, time.Duration(x)*time.Millisecond)
		}
		return d
	}
	if d := (result{ms(40, 41, 90), ms(1, 82, 83)}).difference(); d != 1 {
		t.Errorf("difference %v, want 1", d)
	}
	if d := (result{ms(40, 40), ms(40, 40)}).difference(); d != 0 {
		t.Errorf("difference %v, want 0", d)
	}
}

// A refusal is the same in every letter and every call, whether the name is a
// member's, a member's with recovery codes, or unused: at the first guess, at one
// that has to wait, and after the wait.
func TestARefusalTellsNothingOfTheName(t *testing.T) {
	for _, g := range guesses() {
		t.Run(g.what, func(t *testing.T) {
			var at sync.Mutex // a log-in queries several tables at once
			calls := map[string]int{}
			members := new(memory.Store)
			counting := &storetest.Hooked{Store: members, Hook: func(_ context.Context, method string, call func() error) error {
				at.Lock()
				calls[method]++
				at.Unlock()
				return call()
			}}
			now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			settings, err := fixture.Settings()
			if err != nil {
				t.Fatal(err)
			}
			h := fixture.New(settings, service.Stores{Members: counting, Sessions: counting, Grants: counting, Objects: &memory.Objects{Now: time.Now}}, func() time.Time { return now })
			for _, name := range []string{"plain", "coded"} {
				form := "username=" + name + "&password=the-right-one&name=n"
				token := fixture.Send(t.Context(), h, fixture.Request{Method: "POST", Path: "/members/create/", Form: form}).Want(t, 200, "").Body["token"].(string)
				if name == "coded" {
					fixture.Send(t.Context(), h, fixture.Request{Method: "POST", Path: "/members/recovery_codes/", Token: token, Form: "password=the-right-one"}).Want(t, 200, "")
				}
			}
			now = now.Add(time.Hour)
			type outcome struct {
				status int
				body   string
				header http.Header
				calls  map[string]int
			}
			var want []outcome
			for i, name := range []string{"nobody", "plain", "coded"} {
				for n := range 8 { // guesses have to wait from the sixth on
					clear(calls)
					w := g.ask(h, name, i)
					w.Header().Del("X-Request-Id")
					got := outcome{w.Code, w.Body.String(), w.Header(), maps.Clone(calls)}
					if i == 0 {
						want = append(want, got)
					}
					if !reflect.DeepEqual(got, want[n]) {
						t.Errorf("guess %d for %s: %+v,\nwant %+v", n+1, name, got, want[n])
					}
				}
			}
			if last := want[len(want)-1]; last.status != http.StatusTooManyRequests {
				t.Errorf("the last guess: %+v", last)
			}
		})
	}
}
