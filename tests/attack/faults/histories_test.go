package faults

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"systole/tests/support/long"
)

var histories = flag.Int("histories", long.Runs(200, 2000), "how many random histories are tried")

const (
	actions    = 12 // number in a history
	faulty     = 5  // one action in so many meets a fault
	withModels = 20 // one history in so many enrols, which is the most expensive action
)

// history is a service, what its clients know, and the worlds that are still
// possible.
type history struct {
	*Service
	chance *rand.Rand
	file   []byte // for enrolment; nil if the history enrols nobody
	known  []string
	worlds map[world]bool
	log    []string
}

var (
	names     = [people]string{"kim", "lee"}
	passwords = [secrets]string{password, changedPassword}
)

func TestRandomHistoriesAreWhatTheReferenceAllows(t *testing.T) {
	file := enrolment(t)
	faults := 0
	for seed := range *histories {
		h := &history{Service: newService(t), chance: rand.New(rand.NewPCG(uint64(seed), 1)), worlds: map[world]bool{{}: true}}
		if seed%withModels == 0 {
			h.file = file
		}
		for range actions {
			faults += h.step(t)
			if t.Failed() {
				t.Fatalf("history %d:\n%s", seed, h)
			}
		}
		h.end(t)
		if t.Failed() {
			t.Fatalf("history %d:\n%s", seed, h)
		}
	}
	t.Logf("%d histories of %d actions, %d met a fault", *histories, actions, faults)
}

func (h *history) String() string {
	s := ""
	for _, line := range h.log {
		s += line + "\n"
	}
	return s
}

// step performs a client's action and removes the worlds that would have answered
// otherwise. It returns 1 if a fault was met.
func (h *history) step(t *testing.T) int {
	t.Helper()
	h.now = h.now.Add(20 * time.Minute) // no wait for wrong passwords is left
	a := h.draw()
	if a.proven {
		id := sha256.Sum256([]byte(h.known[a.token]))
		_ = h.Sessions.VerifySession(t.Context(), id, h.now) // an ended session proves nothing
	}
	n, kind := 0, Kind("")
	if h.chance.IntN(faulty) == 0 {
		n = 1 + h.chance.IntN(6)
		kind = Kinds[h.chance.IntN(len(Kinds))]
		for kind == Slow { // a slow call takes time, and otherwise equals a time-out
			kind = Kinds[h.chance.IntN(len(Kinds))]
		}
	}
	h.Arm(n, kind)
	answer := h.Send(h.request(a))
	met := n > 0 && len(h.Calls()) >= n
	h.Arm(0, "")
	h.log = append(h.log, fmt.Sprintf("%+v, fault %d %s: %v", a, n, kind, answer))
	if token, _ := answer.Body["token"].(string); token != "" {
		h.known = append(h.known, token)
	}
	h.observe(t, a, answer, met)
	if err := h.Broken(t.Context()); err != nil {
		t.Error(err)
	}
	if met {
		return 1
	}
	return 0
}

// observe keeps the worlds that could have given the answer.
func (h *history) observe(t *testing.T, a action, answer Answer, met bool) {
	t.Helper()
	lost := answer.Status >= http.StatusInternalServerError
	if lost && !met {
		t.Errorf("%v without a fault", answer)
	}
	next := map[world]bool{}
	for w := range h.worlds {
		want, after, partly := w.do(a)
		switch {
		case lost:
			next[w], next[after.forget(a.issued)] = true, true
			for _, p := range partly {
				next[p.forget(a.issued)] = true
			}
		case want == outcome(answer):
			next[after] = true
		}
	}
	if len(next) == 0 {
		t.Errorf("nothing that may be so explains %v", answer)
	}
	h.worlds = next
}

// forget removes a token that no client received: the next token gets its number.
func (w world) forget(token int) world {
	w.owner[token], w.row[token], w.valid[token] = 0, false, false
	return w
}

// outcome returns an answer in the words of the reference model.
func outcome(a Answer) string {
	if a.Status != http.StatusOK {
		return a.Word()
	}
	if a.Body["code"] == 400.0 {
		return okNo
	}
	return ok
}

// draw draws an action. Before the first token it draws only actions that need
// none.
func (h *history) draw() action {
	a := action{
		person: h.chance.IntN(people), secret: h.chance.IntN(secrets), new: h.chance.IntN(secrets), issued: len(h.known),
	}
	kinds := []string{"sign-up", "sign-up", "log-in", "log-in"}
	if len(h.known) > 0 {
		a.token, a.proven = h.chance.IntN(len(h.known)), h.chance.IntN(2) == 0
		kinds = append(kinds, "has model", "has model", "log-out", "password", "log out everywhere", "delete model", "delete account")
	}
	if h.file != nil && len(h.known) > 0 {
		kinds = append(kinds, "make model", "make model", "make model")
	}
	a.kind = kinds[h.chance.IntN(len(kinds))]
	return a
}

func (h *history) request(a action) Request {
	token := ""
	if len(h.known) > 0 {
		token = h.known[a.token]
	}
	as := "username=" + names[a.person] + "&password=" + passwords[a.secret]
	switch a.kind {
	case "sign-up":
		return Request{Method: "POST", Path: "/members/create/", Form: as + "&name=N"}
	case "log-in":
		return Request{Method: "POST", Path: "/members/login/", Form: as}
	case "log-out":
		return Request{Method: "GET", Path: "/members/logout/", Token: token}
	case "has model":
		return Request{Method: "GET", Path: "/authenticate/check_user/", Token: token}
	case "make model":
		return Request{Method: "POST", Path: "/authenticate/make_model/", Token: token, File: h.file}
	case "delete model":
		return Request{Method: "DELETE", Path: "/authenticate/model/", Token: token}
	case "log out everywhere":
		return Request{Method: "DELETE", Path: "/members/sessions/", Token: token}
	case "password":
		return Request{Method: "POST", Path: "/members/password/", Token: token,
			Form: "password=" + passwords[a.secret] + "&new_password=" + passwords[a.new]}
	}
	return Request{Method: "DELETE", Path: "/members/me/", Token: token, Form: "password=" + passwords[a.secret]}
}

// end uses every token once and runs the clean-up.
func (h *history) end(t *testing.T) {
	t.Helper()
	for i := range h.known {
		a := action{kind: "has model", token: i, issued: len(h.known)}
		h.observe(t, a, h.Send(h.request(a)), false)
	}
	if orphans, err := h.Orphans(t.Context()); err != nil || len(orphans) > 0 {
		t.Errorf("clean-up leaves %q, %v", orphans, err)
	}
}
