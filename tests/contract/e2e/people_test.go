package e2e

import (
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	"systole/tests/support/recordings"
)

// impostors is the number of other people whose probes are tried on each person's
// account.
const impostors = 3

// Bounds on the error rates of the people in tests/support/recordings: no
// impostor is accepted, and at most one genuine check in eight is rejected.
// tests/science/evaluate measures the rates on many people.
const mostRejected = 8 // one in so many

// people sends the first n people through the service: sign-up, enrolment,
// checks, log-out.
func people(t *testing.T, n int, client *http.Client, base string) {
	var accepted, intruded atomic.Int64
	var group sync.WaitGroup
	turns := make(chan struct{}, 4)
	for person := 1; person <= n; person++ {
		group.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			c := &caller{t: t, http: client, base: base, person: person}
			own, strangers := c.life()
			accepted.Add(int64(own))
			intruded.Add(int64(strangers))
		})
	}
	group.Wait()
	t.Logf("%d of %d people accepted as themselves, %d of %d strangers accepted",
		accepted.Load(), n, intruded.Load(), n*impostors)
	if least := n - n/mostRejected; accepted.Load() < int64(least) {
		t.Errorf("%d people accepted as themselves, want at least %d", accepted.Load(), least)
	}
	if intruded.Load() > 0 {
		t.Errorf("%d strangers accepted, want none", intruded.Load())
	}
}

// life sends a person through the service. It returns the numbers of accepted
// checks with the person's own recording and with impostors' recordings.
func (c *caller) life() (own, strangers int) {
	name, password := fmt.Sprintf("person.%d@e2e", c.person), fmt.Sprintf("tachy-cardia-%d!", c.person)
	c.signUp(name, password)
	c.logIn(name, password)
	c.want(c.get("/authenticate/check_user/"), 200, "code", 400.0)
	c.want(c.get("/authenticate/get_model/"), 200, "code", 400.0)
	c.want(c.upload("/authenticate/make_model/", recordings.Enrolment(c.t, c.person)), 200, "detail", "저장완료.")
	c.want(c.get("/authenticate/check_user/"), 200, "code", 200.0)
	c.want(c.get("/authenticate/get_model/"), 200, "msg", "등록된 심전도가 있습니다.")
	if c.check(recordings.Probe(c.t, c.person)) {
		own++
	}
	for i := 1; i <= impostors; i++ {
		other := (c.person-1+7*i)%recordings.People + 1
		if c.check(recordings.Probe(c.t, other)) {
			strangers++
		}
	}
	c.want(c.get("/members/logout/"), 200, "code", "logout_success")
	c.want(c.get("/authenticate/check_user/"), 401, "error", "token_invalid")
	return own, strangers
}

// check sends a probe and expects one of the contract's two answers.
func (c *caller) check(probe []byte) bool {
	answer := c.upload("/authenticate/check_user/", probe)
	accepted := answer.body["result"] == "true"
	if accepted {
		c.want(answer, 200, "code", 200.0)
	} else {
		c.want(answer, 200, "result", "false")
		c.want(answer, 200, "code", 400.0)
	}
	return accepted
}
