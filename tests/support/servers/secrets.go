package servers

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"systole/shared/biometric/protect"
)

// KeysSecret is the name of the secret that StartSecrets makes.
const KeysSecret = "keys"

// Secrets is a Secrets Manager of one secret. Of the JSON protocol it serves the
// one request that the service sends.
type Secrets struct {
	URL    string
	server *httptest.Server

	mu    sync.Mutex
	text  string
	reads int
}

// StartSecrets starts a Secrets Manager whose secret holds keys. It ends with the
// test.
func StartSecrets(t testing.TB) *Secrets {
	t.Helper()
	s := &Secrets{text: string(draw(t))}
	s.server = httptest.NewServer(s)
	s.URL = s.server.URL
	t.Cleanup(s.Stop)
	return s
}

// Ring returns a key ring with fresh keys.
func Ring(t testing.TB) protect.Ring {
	t.Helper()
	ring, err := protect.ParseKeys(draw(t))
	if err != nil {
		t.Fatal(err)
	}
	return ring
}

// Stop stops the server before the test ends.
func (s *Secrets) Stop() { s.server.Close() }

// Reads returns how often the secret was read.
func (s *Secrets) Reads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reads
}

// Rotate adds a new current key to the secret.
func (s *Secrets) Rotate(t testing.TB) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	keys, err := protect.AddKey([]byte(s.text), now)
	if err == nil {
		keys, err = protect.PromoteKey(keys, now.Add(protect.Settle))
	}
	if err != nil {
		t.Fatal(err)
	}
	s.text = string(keys)
}

func draw(t testing.TB) []byte {
	t.Helper()
	keys, err := protect.DrawKeys()
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

func (s *Secrets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var in struct{ SecretId, SecretString string }
	err := json.NewDecoder(r.Body).Decode(&in)
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	signed := strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 Credential="+accessKey+"/")
	s.mu.Lock()
	defer s.mu.Unlock()
	switch action := r.Header.Get("X-Amz-Target"); {
	case err != nil || !signed || in.SecretId != KeysSecret:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"ResourceNotFoundException","Message":"Secrets Manager can't find the specified secret."}`)
	case action == "secretsmanager.GetSecretValue":
		s.reads++
		json.NewEncoder(w).Encode(map[string]string{"Name": KeysSecret, "SecretString": s.text})
	case action == "secretsmanager.PutSecretValue":
		s.text = in.SecretString
		json.NewEncoder(w).Encode(map[string]string{"Name": KeysSecret})
	default:
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"__type":"UnknownOperationException"}`)
	}
}
