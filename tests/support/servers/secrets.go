package servers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"systole/shared/biometric/protect"
)

// KeysSecret names the secret that Start makes.
const KeysSecret = "keys"

// Secrets answers as Secrets Manager does for one secret: its JSON protocol is
// one request.
type Secrets struct {
	URL    string
	server *httptest.Server

	mu    sync.Mutex
	keys  []string // the current one first
	reads int
}

// StartSecrets starts a Secrets Manager that has keys, until the test ends.
func StartSecrets(t testing.TB) *Secrets {
	t.Helper()
	s := &Secrets{keys: []string{draw(t)}}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	t.Cleanup(s.Stop)
	return s
}

// Ring is a ring with keys of its own.
func Ring(t testing.TB) protect.Ring {
	t.Helper()
	ring, err := protect.NewRing(draw(t))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Stop stops it before the test ends.
func (s *Secrets) Stop() { s.server.Close() }

// Reads is how often the secret was asked for.
func (s *Secrets) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// Rotate draws a new current key.
func (s *Secrets) Rotate(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys = append([]string{draw(t)}, s.keys...)
}

func draw(t testing.TB) string {
	t.Helper()
	b, err := protect.DrawKeys()
	if err != nil {
		t.Fatal(err)
	}
	var keys struct{ Current string }
	if err := json.Unmarshal(b, &keys); err != nil {
		t.Fatal(err)
	}
	return keys.Current
}

func (s *Secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ SecretId string }
	err := json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+accessKey+"/")
	if err != nil || !signed || r.Header.Get("X-Amz-Target") != "secretsmanager.GetSecretValue" || in.SecretId != KeysSecret {
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reads++
	text, _ := json.Marshal(map[string]any{"current": s.keys[0], "previous": s.keys[1:]}) // strings only
	json.NewEncoder(w).Encode(map[string]string{"Name": KeysSecret, "SecretString": string(text)})
}
