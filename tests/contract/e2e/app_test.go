//go:build clients

package e2e

import (
	"bytes"
	"crypto/sha256"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"systole/shared/embedded"
	"systole/shared/member"
	"systole/shared/store"
)

// TestTheApp runs the session of the published Android app, built from
// tests/clients/kotlin, and compares its display with the table of tests/clients.
func TestTheApp(t *testing.T) {
	t.Run("over the local service", func(t *testing.T) {
		data := t.TempDir()
		kept, _, err := embedded.Open(data)
		if err != nil {
			t.Fatal(err)
		}
		token := expired(t, kept)
		if err := kept.Close(); err != nil {
			t.Fatal(err)
		}
		walk(t, startLocal(t, "-data", data), token)
	})
	t.Run("through an emulated cloud", func(t *testing.T) {
		stack := deploy(t, false)
		gateway := httptest.NewServer(standIn(stack))
		defer gateway.Close()
		walk(t, gateway.URL, expired(t, stack.Tables(t)))
	})
}

// expired returns the token of a session that began a month ago.
func expired(t *testing.T, sessions store.SessionStore) string {
	t.Helper()
	token := strings.Repeat("e5", store.TokenBytes)
	issued := time.Now().AddDate(0, 0, -31)
	s := store.Session{
		ID: sha256.Sum256([]byte(token)), Username: "hong", PK: 1,
		Issued: issued, Used: issued, Expires: issued.AddDate(0, 0, 30),
	}
	if err := sessions.CreateSession(t.Context(), s, member.NewEvent(member.LoggedIn, issued), nil); err != nil {
		t.Fatal(err)
	}
	return token
}

// walk runs the app and compares its table with that of the README.
func walk(t *testing.T, base, token string) {
	t.Helper()
	app := exec.CommandContext(t.Context(), "java", "-jar", filepath.Join(root, "tests/clients/kotlin/target/app.jar"), base,
		filepath.Join(root, "tests/support/recordings/testdata"), filepath.Join(root, "tests/support/recordings/testdata/person01_rec3_12s.csv"), token)
	var table, complaints bytes.Buffer
	app.Stdout, app.Stderr = &table, &complaints
	if err := app.Run(); err != nil {
		t.Errorf("%v: %s", err, complaints.String())
	}
	readme, err := os.ReadFile(filepath.Join(root, "tests/clients/README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + table.String())
	if !strings.Contains(string(readme), table.String()) {
		t.Errorf("the README of tests/clients has another table than\n%s", table.String())
	}
}
