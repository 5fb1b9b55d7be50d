package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"systole/tests/support/fixture"
)

func gentle(url string) remote {
	return remote{url: url, requests: 20, rate: mostRate, length: time.Minute, people: 2}
}

// counted returns a service that counts its requests and fails on the route
// broken.
func counted(t *testing.T, broken string) (url string, requests, deletions *atomic.Int32) {
	t.Helper()
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	h := fixture.Start(t, stores)
	requests, deletions = new(atomic.Int32), new(atomic.Int32)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		if r.Method == http.MethodDelete {
			deletions.Add(1)
		}
		if broken != "" && r.Method+" "+r.URL.Path == broken {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server.URL, requests, deletions
}

func TestADeploymentIsTriedWithinItsLimitsAndLeftAsItWas(t *testing.T) {
	for _, most := range []int{0, 20} {
		url, requests, deletions := counted(t, "")
		r := gentle(url + "/")
		r.requests = most
		if err := r.run(t.Context()); err != nil {
			t.Error(err)
		}
		// Each member makes a sign-up, an enrolment, a check and a deletion.
		if got, want := requests.Load(), int32(most+4*r.people); got != want || deletions.Load() != 2 {
			t.Errorf("%d requests and %d deletions, not %d and 2", got, deletions.Load(), want)
		}
	}
}

func TestADeploymentThatFailsIsToldOfAndLeftAsItWas(t *testing.T) {
	for _, broken := range []string{"POST /authenticate/make_model/", "POST /authenticate/check_user/", "GET /members/sessions/"} {
		url, _, deletions := counted(t, broken)
		if err := gentle(url).run(t.Context()); err == nil {
			t.Errorf("%s fails, and nobody is told", broken)
		}
		if deletions.Load() == 0 {
			t.Errorf("%s: members are left", broken)
		}
	}
}

func TestAnotherMachineIsAskedOnlyWhenItsHostWasTypedTwice(t *testing.T) {
	tests := []struct {
		name   string
		change func(*remote)
		want   string
	}{
		{"this machine", func(*remote) {}, ""},
		{"another", func(r *remote) { r.url = "https://ecg.example.com/" }, "-confirm ecg.example.com"},
		{"another, and confirmed", func(r *remote) { r.url, r.confirmed = "https://ecg.example.com/", "ecg.example.com" }, ""},
		{"a third, and another confirmed", func(r *remote) { r.url, r.confirmed = "https://ecg.example.org/", "ecg.example.com" }, "-confirm ecg.example.org"},
		{"a host that looks like this machine", func(r *remote) { r.url = "https://127.0.0.1.example.com/" }, "-confirm"},
		{"in the clear", func(r *remote) { r.url, r.confirmed = "http://ecg.example.com/", "ecg.example.com" }, "https only"},
		{"no address", func(r *remote) { r.url = "ecg.example.com" }, "is no address"},
		{"too many", func(r *remote) { r.requests = mostRequests + 1 }, "at most"},
		{"too fast", func(r *remote) { r.rate = 1000 }, "at most"},
		{"too long", func(r *remote) { r.length = time.Hour }, "at most"},
	}
	for _, tt := range tests {
		r := gentle("http://127.0.0.1:8080/")
		tt.change(&r)
		err := r.check()
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
}
