//go:build clients

package e2e

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"systole/tests/support/port"
	"systole/tests/support/python"
)

// TestTheAppMovesFromDjango logs the published Android app in at a real Django
// server, moves that server's members to the service, and lets the app continue
// with the same token and the same password.
func TestTheAppMovesFromDjango(t *testing.T) {
	python, err := python.Install(t.Context(), "django", filepath.Join(root, "tests/clients/django/requirements.txt"))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("details in the user model, to a local service that runs", func(t *testing.T) {
		data := t.TempDir()
		service := startLocal(t, "-data", data)
		moveFromDjango(t, django{python, []string{"LAYOUT=user"}}, service, nil, "-data", data)
	})
	t.Run("details in a model beside it, to an emulated cloud", func(t *testing.T) {
		stack := deploy(t, false)
		gateway := httptest.NewServer(standIn(stack))
		defer gateway.Close()
		moveFromDjango(t, django{python, []string{"LAYOUT=profile"}}, gateway.URL, stack.Environment(), "-aws")
	})
}

// moveFromDjango moves the members of a Django server to the service with the
// operator's tool; environment and flags tell it where the service is.
func moveFromDjango(t *testing.T, d django, service string, env []string, flags ...string) {
	t.Helper()
	d.env = append(d.env, "DATABASE="+filepath.Join(t.TempDir(), "db.sqlite3"))
	d.manage(t, "migrate", "--run-syncdb")
	base, stop := d.serve(t)
	token := strings.TrimSpace(moving(t, "before", base))
	stop()
	d.manage(t, "fill")
	dump := d.manage(t, "dumpdata", "auth", "authtoken", "members")

	out := operate(t, dump, env, append(flags, "import")...)
	if want := "7 members with 4 tokens taken, 0 were taken before, 4 are not taken"; !strings.Contains(out, want) {
		t.Errorf("import prints no %q:\n%s", want, out)
	}
	table := moving(t, "after", service, token, filepath.Join(root, "tests/support/recordings/testdata"))
	readme, err := os.ReadFile(filepath.Join(root, "tests/clients/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(readme), table) {
		t.Errorf("the README of tests/clients has another table than\n%s", table)
	}
	if out := operate(t, dump, env, append(flags, "import")...); !strings.Contains(out, "0 members with 0 tokens taken, 7 were taken before") {
		t.Errorf("a second import prints\n%s", out)
	}
}

// django is a Django project, tests/clients/django.
type django struct {
	python string
	env    []string
}

func (d django) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, d.python, append([]string{"manage.py"}, args...)...)
	cmd.Dir = filepath.Join(root, "tests/clients/django")
	cmd.Env = append(os.Environ(), append(d.env, "PYTHONDONTWRITEBYTECODE=1")...)
	return cmd
}

// manage runs a command of manage.py and returns what it prints.
func (d django) manage(t *testing.T, args ...string) string {
	t.Helper()
	cmd := d.command(t.Context(), args...)
	var out, complaints bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaints
	if err := cmd.Run(); err != nil {
		t.Fatalf("manage.py %v: %v\n%s", args, err, &complaints)
	}
	return out.String()
}

// serve runs the server until stop is called, and returns its address.
func (d django) serve(t *testing.T) (base string, stop func()) {
	t.Helper()
	address, err := port.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cmd := d.command(ctx, "runserver", "--noreload", address)
	var log safeBuffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		cmd.Wait()
		close(ended)
	}()
	stop = func() { cancel(); <-ended }
	t.Cleanup(stop)
	for {
		answer, err := http.Get("http://" + address + "/")
		if err == nil {
			answer.Body.Close()
			return "http://" + address + "/", stop
		}
		select {
		case <-ended:
			t.Fatalf("Django has ended: %s", log.String())
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// moving runs the app and returns what it prints.
func moving(t *testing.T, args ...string) string {
	t.Helper()
	jars := filepath.Join(root, "tests/clients/kotlin/target/app.jar") + ":" + filepath.Join(root, "tests/clients/kotlin/target/lib/*")
	app := exec.CommandContext(t.Context(), "java", append([]string{"-cp", jars, "app.MovingKt"}, args...)...)
	var out, complaints bytes.Buffer
	app.Stdout, app.Stderr = &out, &complaints
	if err := app.Run(); err != nil {
		t.Fatalf("%v: %v\n%s%s", args[0], err, &out, &complaints)
	}
	return out.String()
}

// operate runs the operator's tool and returns what it prints.
func operate(t *testing.T, input string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), built(t, "infra/operate"), args...)
	cmd.Env, cmd.Stdin = append(os.Environ(), env...), strings.NewReader(input)
	var complaints bytes.Buffer
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("operate %v: %v\n%s%s", args, err, out, &complaints)
	}
	return string(out)
}
