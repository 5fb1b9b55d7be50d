package secrets_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"systole/shared/aws/secrets"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// words parses a secret of any text but "bad".
func words(b []byte) (string, error) {
	if string(b) == "bad" {
		return "", errors.New("not a word")
	}
	return string(b), nil
}

func TestATextIsReplacedByWhoReadIt(t *testing.T) {
	manager := servers.StartSecrets(t)
	text := secrets.NewText(servers.Config(t), &manager.URL, servers.KeysSecret)
	old, err := text.Read(t.Context())
	if err != nil || !strings.Contains(string(old), "current") {
		t.Fatalf("%q, %v", old, err)
	}
	if err := text.Replace(t.Context(), []byte("another"), []byte("first")); err == nil || !strings.Contains(err.Error(), "changed meanwhile") {
		t.Errorf("by who read another: %v", err)
	}
	if now, err := text.Read(t.Context()); err != nil || string(now) != string(old) {
		t.Errorf("it is %q, %v", now, err)
	}
	if err := text.Replace(t.Context(), old, []byte("second")); err != nil {
		t.Fatal(err)
	}
	if now, err := text.Read(t.Context()); err != nil || string(now) != "second" {
		t.Errorf("it is %q, %v", now, err)
	}
	other := secrets.NewText(servers.Config(t), &manager.URL, "another")
	if _, err := other.Read(t.Context()); err == nil || errors.Is(err, store.ErrUnavailable) {
		t.Errorf("one that isn't there: %v", err)
	}
	if err := other.Replace(t.Context(), nil, []byte("x")); err == nil {
		t.Error("one that isn't there is replaced")
	}
	manager.Stop()
	if _, err := text.Read(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("without a manager: %v", err)
	}
	if err := text.Replace(t.Context(), []byte("second"), []byte("third")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a write without a manager: %v", err)
	}
}

// scripted answers the requests with the bodies in order; an empty body is an
// error.
func scripted(t *testing.T, bodies ...string) (aws.Config, *string) {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		body := bodies[0]
		if len(bodies) > 1 {
			bodies = bodies[1:]
		}
		if body == "" {
			w.WriteHeader(http.StatusInternalServerError)
		}
		w.Write([]byte(body))
	}))
	t.Cleanup(server.Close)
	config := servers.Config(t)
	config.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return config, &server.URL
}

func TestAWriteThatFailsIsToldSo(t *testing.T) {
	config, url := scripted(t, `{"SecretString":"old"}`, "")
	if err := secrets.NewText(config, url, "s").Replace(t.Context(), []byte("old"), []byte("new")); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
}

func TestASecretThatIsNoneIsRefused(t *testing.T) {
	for body, want := range map[string]string{
		`{"SecretBinary":"AAAA"}`: "it is no text",
		`{"SecretString":"bad"}`:  "read secret: not a word",
	} {
		config, url := scripted(t, body)
		if v, err := secrets.New(config, url, "s", words, time.Now).Value(t.Context()); err == nil || !strings.Contains(err.Error(), want) || v != "" {
			t.Errorf("%s: %q, %v", body, v, err)
		}
	}
}

func TestAValueStaysWhileItCannotBeReadAgain(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	config, url := scripted(t, `{"SecretString":"one"}`, "", `{"SecretString":"bad"}`, `{"SecretString":"two"}`)
	s := secrets.New(config, url, "s", words, func() time.Time { return now })
	for i, want := range []string{"one", "one", "one", "two", "two"} {
		if v, err := s.Value(t.Context()); err != nil || v != want {
			t.Errorf("read %d: %q, %v, want %q", i, v, err, want)
		}
		now = now.Add(secrets.Fresh - 1)
		if v, err := s.Value(t.Context()); err != nil || v != want {
			t.Errorf("read %d, while it is fresh: %q, %v", i, v, err)
		}
		now = now.Add(1)
	}
}
