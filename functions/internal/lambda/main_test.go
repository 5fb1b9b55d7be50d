package lambda

import (
	"crypto/rand"
	"errors"
	"os"
	"os/exec"
	"testing"
	"time"

	"systole/functions/wiring"
	"systole/shared/config"
)

func TestPartsAreTheSettingsAndWhatIsPluggedIn(t *testing.T) {
	env := Read(func(name string) (string, bool) {
		return map[string]string{config.Bucket: "b", "EXTRA": "more"}[name], name != "ABSENT"
	})
	namespace := func(e *Environment, p *wiring.Parts) {
		p.Config.MetricsNamespace = e.Getenv("EXTRA") + e.Getenv("ABSENT")
	}
	p := env.Parts(namespace, func(_ *Environment, p *wiring.Parts) { p.Config.MembersTable = "m" })
	if p.Config.Bucket != "b" || p.Config.MetricsNamespace != "more" || p.Config.MembersTable != "m" {
		t.Errorf("%+v", p.Config)
	}
	if p.Random != rand.Reader || p.Now == nil || time.Since(p.Now()).Abs() > time.Minute {
		t.Error("another source of chance, or another clock")
	}
}

// A function that cannot start logs the reason and exits with status 1. This test
// is the function's process, too.
func TestAFunctionThatCantStartSaysWhy(t *testing.T) {
	if problem, ok := os.LookupEnv("TEST_PROBLEM"); ok {
		Main(func(*Environment) error {
			if problem != "" {
				return errors.New(problem)
			}
			return nil
		})
		os.Exit(0)
	}
	for problem, status := range map[string]int{"": 0, "BUCKET is not set": 1} {
		cmd := exec.Command(os.Args[0], "-test.run=^TestAFunctionThatCantStartSaysWhy$")
		cmd.Env = append(os.Environ(), "TEST_PROBLEM="+problem)
		out, err := cmd.CombinedOutput()
		if got := cmd.ProcessState.ExitCode(); got != status || (status != 0 && string(out) != problem+"\n") {
			t.Errorf("%q: status %d, %q, %v", problem, got, out, err)
		}
	}
}
