package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// remote is a deployment under test, with the limits of its load.
type remote struct {
	url       string
	confirmed string // the host that the caller confirmed
	requests  int
	rate      float64
	length    time.Duration
	people    int
}

// The largest load on a deployment: enough to see a canary work, and too little
// to do harm.
const (
	mostRequests = 10_000
	mostRate     = 100.0
	mostTime     = 10 * time.Minute
	mostPeople   = 20
)

// check refuses a load beyond the limits, and an address of another machine
// unless its host was confirmed.
func (r remote) check() error {
	u, err := url.Parse(r.url)
	if err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("-url %q is no address such as https://ecg.example.com/", r.url)
	}
	ip := net.ParseIP(u.Hostname())
	if local := u.Hostname() == "localhost" || ip != nil && ip.IsLoopback(); !local {
		if r.confirmed != u.Hostname() {
			return fmt.Errorf("this sends requests to a deployment, signs members up there and deletes them: if that is yours, add -confirm %s", u.Hostname())
		}
		if u.Scheme != "https" {
			return errors.New("passwords and ECGs go to another machine by https only")
		}
	}
	within := r.requests >= 0 && r.requests <= mostRequests && r.rate > 0 && r.rate <= mostRate &&
		r.length > 0 && r.length <= mostTime && r.people >= 1 && r.people <= mostPeople
	if !within {
		return fmt.Errorf("at most %d requests, %.0f a second, for %v, of %d members", mostRequests, mostRate, mostTime, mostPeople)
	}
	return nil
}

// run signs up members who enrol and are recognised, sends requests, and deletes
// the members, whatever happens. It fails for any wrong answer.
func (r remote) run(ctx context.Context) (err error) {
	if err := r.check(); err != nil {
		return err
	}
	t := &traffic{
		base: strings.TrimSuffix(r.url, "/"), client: &http.Client{Timeout: 35 * time.Second}, // the gateway gives up after 29 s
		mix: repeat(map[int]ask{10: check, 4: hasModel, 2: logIn, 3: sessions}),
	}
	defer func() { err = errors.Join(err, t.leave()) }()
	if err := t.populate("load-"+rand.Text()+"-", r.people); err != nil {
		return err
	}
	for _, m := range t.members {
		if err := t.recognised(m); err != nil {
			return err
		}
	}
	fmt.Printf("%d members signed up, enrolled and were recognised\n", len(t.members))
	if r.requests == 0 {
		return nil
	}
	sent := openLoop(ctx, t, nil, r.rate, r.length, r.requests)
	table([]phase{{"of all kinds", r.rate, sent}})
	if sent.shed+sent.failed > 0 {
		return fmt.Errorf("%d of %d requests failed or were shed", sent.shed+sent.failed, sent.count())
	}
	return nil
}

// recognised requires that a check of the member's own recording is accepted.
func (t *traffic) recognised(m who) error {
	r, err := check(t, m)
	if err != nil {
		return err
	}
	answer, err := t.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	var verdict struct{ Result, Error string }
	if err := json.NewDecoder(answer.Body).Decode(&verdict); err != nil || answer.StatusCode != http.StatusOK || verdict.Result != "true" {
		return errors.Join(err, fmt.Errorf("a member's own check is answered %d %s%s", answer.StatusCode, verdict.Result, verdict.Error))
	}
	return nil
}

// leave deletes the members' accounts.
func (t *traffic) leave() (failed error) {
	for _, m := range t.members {
		r, err := t.as(m, http.MethodDelete, "/members/me/", []byte(`{"password":"`+password+`"}`))
		if err != nil {
			return err
		}
		r.Header.Set("Content-Type", "application/json")
		if status, err := t.do(r); err != nil || status != http.StatusOK {
			failed = errors.Join(failed, err, fmt.Errorf("%s is left: deletion is answered %d", m.name, status))
		}
	}
	return failed
}
