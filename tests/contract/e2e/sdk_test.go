//go:build clients

package e2e

import (
	"bytes"
	"crypto/x509"
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"systole/functions"
	"systole/tests/support/faults"
	"systole/tests/support/fixture"
	"systole/tests/support/gotool"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// sdks maps each client of shared/sdk to the command that runs its program, as
// tests/clients/run.sh builds it.
var sdks = map[string]func(program string, args ...string) *exec.Cmd{
	"javascript": func(program string, args ...string) *exec.Cmd {
		return exec.Command("node", append([]string{root + "/tests/clients/javascript/" + program + ".mjs"}, args...)...)
	},
	"python": func(program string, args ...string) *exec.Cmd {
		cmd := exec.Command("python3", append([]string{"-B", root + "/tests/clients/python/" + program + ".py"}, args...)...)
		cmd.Env = append(os.Environ(), "PYTHONPATH="+root+"/shared/sdk/python")
		return cmd
	},
	"kotlin": func(program string, args ...string) *exec.Cmd {
		class := "sdk." + strings.ToUpper(program[:1]) + program[1:] + "Kt"
		return exec.Command("java", append([]string{"-cp", root + "/tests/clients/kotlin/target/app.jar", class}, args...)...)
	},
}

// TestTheSDKs runs each client's walk, faults included, and compares its output,
// and the number of its requests, with those that all clients must have.
func TestTheSDKs(t *testing.T) {
	files := walkFiles(t)
	// At once: they mostly wait, as the answers tell them to.
	t.Run("over the local service", func(t *testing.T) {
		t.Parallel()
		walkAll(t, startLocal(t, "-memory"), files)
	})
	t.Run("through the built functions", func(t *testing.T) {
		t.Parallel()
		aws := servers.Start(t)
		var log safeBuffer
		all := lambda{}
		if _, err := gotool.Build(t.Context(), "functions"); err != nil {
			t.Fatal(err)
		}
		for _, f := range functions.All() {
			if f.Alarms == functions.Contract || slices.Contains([]string{"authenticate/challenge", "authenticate/uploads"}, f.Folder) {
				all[f.Folder] = startFunction(t, f.Folder, aws, &log)
			}
		}
		gateway := httptest.NewServer(all)
		t.Cleanup(gateway.Close)
		walkAll(t, gateway.URL, files)
	})
}

func walkAll(t *testing.T, base, files string) {
	want, err := os.ReadFile(root + "/tests/clients/walk.txt")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("all", func(t *testing.T) { // returns when all of its tests have ended
		for name, command := range sdks {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				proxy := faults.New(base)
				front := httptest.NewTLSServer(proxy)
				defer front.Close()
				defer front.CloseClientConnections()
				cmd := command("walk", front.URL, files)
				cmd.Env = append(cmd.Environ(), trust(t, front.Certificate())...)
				var said, complaints bytes.Buffer
				cmd.Stdout, cmd.Stderr = &said, &complaints
				if err := cmd.Run(); err != nil {
					t.Errorf("%v: %s", err, complaints.String())
				}
				if said.String() != string(want) {
					t.Errorf("it says otherwise than tests/clients/walk.txt:\n%s", difference(said.String(), string(want)))
				}
				for request, want := range asked {
					if got := proxy.Asked(request); got != want {
						t.Errorf("%s: asked %d times, want %d", request, got, want)
					}
				}
			})
		}
	})
}

// trust returns the environment with which the clients trust the proxy's
// certificate.
func trust(t *testing.T, certificate *x509.Certificate) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "certificate.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: certificate.Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	store := filepath.Join(t.TempDir(), "certificates.p12")
	keytool := exec.Command("keytool", "-importcert", "-noprompt", "-alias", "proxy", "-file", file, "-keystore", store, "-storetype", "PKCS12", "-storepass", "certificates")
	if out, err := keytool.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return []string{
		"NODE_EXTRA_CA_CERTS=" + file, "SSL_CERT_FILE=" + file,
		"JDK_JAVA_OPTIONS=-Djavax.net.ssl.trustStore=" + store + " -Djavax.net.ssl.trustStorePassword=certificates",
	}
}

// asked is how often a client sends a request that meets a fault. One that is not
// safe to repeat is sent once.
var asked = map[string]int{
	"busy GET /authenticate/check_user/":                   2,
	"busy POST /authenticate/check_user/":                  2,
	"busy POST /authenticate/make_model/":                  1,
	"busy POST /members/create/":                           1,
	"throttled POST /members/create/":                      1,
	"request-lost POST /authenticate/check_user/":          2,
	"request-lost POST /authenticate/make_model/":          1,
	"request-lost POST /members/create/":                   1,
	"answer-lost GET /authenticate/check_user/":            2,
	"answer-lost POST /authenticate/check_user/":           2,
	"answer-lost POST /authenticate/make_model/":           1,
	"answer-lost POST /members/create/":                    1,
	"answer-lost-once-more POST /authenticate/check_user/": 2,
	"slow GET /authenticate/check_user/":                   3,
	"slow POST /authenticate/make_model/":                  1,
	"slow POST /authenticate/check_user/":                  1,
	"always-busy POST /authenticate/check_user/":           1,
	"none PUT":                                2,
	"upload-cut PUT":                          3,
	"upload-answer-lost PUT":                  3,
	"upload-vanished PUT":                     4,
	"narrow POST /authenticate/check_user/":   2,
	"narrow PUT":                              1,
	"narrower POST /authenticate/check_user/": 2,
	"narrower PUT":                            1,
}

// difference returns the lines that only one of two texts has.
func difference(got, want string) string {
	var lines strings.Builder
	in := func(text string) map[string]bool {
		all := make(map[string]bool)
		for _, line := range strings.Split(text, "\n") {
			all[line] = true
		}
		return all
	}
	for line := range in(got) {
		if !in(want)[line] {
			lines.WriteString("+ " + line + "\n")
		}
	}
	for line := range in(want) {
		if !in(got)[line] {
			lines.WriteString("- " + line + "\n")
		}
	}
	return lines.String()
}

// TestTheSDKsOverDays adds days of enrolment with each client, and takes them
// away again.
func TestTheSDKsOverDays(t *testing.T) {
	want, err := os.ReadFile(root + "/tests/clients/days.txt")
	if err != nil {
		t.Fatal(err)
	}
	files := walkFiles(t)
	for name, command := range sdks {
		t.Run(name, func(t *testing.T) {
			cmd := command("days", overDays(t).URL, files)
			var complaints bytes.Buffer
			cmd.Stderr = &complaints
			said, err := cmd.Output()
			if err != nil {
				t.Errorf("%v: %s", err, complaints.String())
			}
			if string(said) != string(want) {
				t.Errorf("it says otherwise than tests/clients/days.txt:\n%s", difference(string(said), string(want)))
			}
		})
	}
}

// overDays starts a service whose clock the request sets: BASE/N is the service
// at nine o'clock on day N, counted from 2026-03-01.
func overDays(t *testing.T) *httptest.Server {
	t.Helper()
	first := time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	var days atomic.Int64
	now := func() time.Time { return first.AddDate(0, 0, int(days.Load())-1) }
	stores, err := fixture.Memory(now)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	service := fixture.New(settings, stores, now)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		day, path, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
		n, err := strconv.ParseInt(day, 10, 64)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		days.Store(n)
		r.URL.Path, r.RequestURI = "/"+path, ""
		service.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	return server
}

// walkFiles writes the recordings of a walk. The large ones have the same values
// with more digits, too long for one request.
func walkFiles(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	probe := recordings.Probe(t, 1)
	for name, content := range map[string][]byte{
		"enrolment.csv":       recordings.Enrolment(t, 1),
		"probe.csv":           probe,
		"second.csv":          recordings.Excerpt(t, "person01_rec3_12s.csv"),
		"other.csv":           recordings.Probe(t, 4),
		"brief.csv":           firstLines(probe, 2*recordings.RateHz),
		"large-enrolment.csv": wide(recordings.Enrolment(t, 1)),
		"large-probe.csv":     wide(probe),
	} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func firstLines(text []byte, n int) []byte {
	return bytes.Join(bytes.SplitAfterN(text, []byte("\n"), n+1)[:n], nil)
}

// wide appends zeros to each value's digits until the file has 5 MB.
func wide(text []byte) []byte {
	lines := bytes.Count(text, []byte("\n"))
	zeros := strings.Repeat("0", 5_000_000/lines)
	return bytes.ReplaceAll(text, []byte("\"\n"), []byte(zeros+"\"\n"))
}
