package e2e

import (
	"context"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"systole/tests/support/local"
	"systole/tests/support/recordings"
)

// root is the repository's root.
const root = "../../.."

// startLocal starts the local service, and returns its address.
func startLocal(t *testing.T, args ...string) (base string) {
	t.Helper()
	var log strings.Builder
	s, err := local.Command{
		Args: args,
		Dir:  t.TempDir(),
		// The cheapest hash that is allowed: another test covers the cost of a
		// password.
		Env: []string{"PASSWORD_MEMORY_KIB=8192", "PASSWORD_PASSES=1"},
		Log: &log,
	}.Start(context.Background()) // the test's own context ends before its clean-up
	if err != nil {
		t.Fatalf("%v: %s", err, log.String())
	}
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("the service didn't end cleanly: %v", err)
		}
		if t.Failed() {
			os.Stderr.WriteString(log.String())
		}
		for _, secret := range []string{"tachy-cardia", "사람", "Token "} {
			if strings.Contains(log.String(), secret) {
				t.Errorf("the log holds %q", secret)
			}
		}
	})
	return s.Base
}

func TestPeopleOverHTTP(t *testing.T) {
	people(t, recordings.People, http.DefaultClient, startLocal(t))
}

func TestOneNameSignedUpByManyAtOnceMakesOneMember(t *testing.T) {
	base := startLocal(t, "-memory")
	var created, refused atomic.Int64
	atOnce(80, func(int) {
		c := &caller{t: t, http: http.DefaultClient, base: base}
		a := c.send("/members/create/", map[string]string{"username": "everybody", "password": "tachy-cardia!", "name": "n"})
		switch {
		case a.status == http.StatusOK:
			created.Add(1)
		case a.status == http.StatusConflict && a.body["error"] == "username_taken":
			refused.Add(1)
		default:
			t.Errorf("status %d, body %v", a.status, a.body)
		}
	})
	if created.Load() != 1 || refused.Load() != 79 {
		t.Errorf("%d created, %d refused; want 1 and 79", created.Load(), refused.Load())
	}
}

func TestManyLogInsOfOneMemberAtOnceSucceed(t *testing.T) {
	base := startLocal(t)
	first := &caller{t: t, http: http.DefaultClient, base: base}
	first.signUp("busy", "tachy-cardia!")
	atOnce(10, func(i int) {
		c := &caller{t: t, http: http.DefaultClient, base: base, person: i}
		c.logIn("busy", "tachy-cardia!")
	})
}

// atOnce calls f from n goroutines and waits for them.
func atOnce(n int, f func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { f(i) })
	}
	group.Wait()
}

func TestDataOutlivesTheProcess(t *testing.T) {
	data := t.TempDir()
	c := &caller{t: t, http: http.DefaultClient}
	t.Run("first process", func(t *testing.T) {
		c.base = startLocal(t, "-data", data)
		c.signUp("hong", "tachy-cardia!")
	})
	t.Run("second process", func(t *testing.T) {
		c.base = startLocal(t, "-data", data)
		c.logIn("hong", "tachy-cardia!")
	})
}

func TestAMistakeOnTheCommandLineIsExplained(t *testing.T) {
	for _, args := range []string{"-addr nowhere", "-port 1", "extra"} {
		out, err := exec.Command(built(t, "infra/local"), append([]string{"-memory"}, strings.Fields(args)...)...).CombinedOutput()
		if err == nil || !strings.Contains(string(out), "-addr") && !strings.Contains(string(out), "-h") {
			t.Errorf("%s: %v, %s", args, err, out)
		}
	}
	out, err := exec.Command(built(t, "infra/local"), "-h").CombinedOutput()
	for _, word := range []string{"-addr", "-data", "-memory", "SAMPLING_RATE_HZ"} {
		if err != nil || !strings.Contains(string(out), word) {
			t.Errorf("-h doesn't explain %s: %v", word, err)
		}
	}
}
