package protect

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
)

// keysFile is how keys are written down. To rotate, a new one becomes the next:
// every function knows it, and third parties see the signing key that is made of
// it, before it is used. Then it becomes current, and the old one joins the
// previous ones. There it stays for as long as models are kept without being used:
// each is sealed anew when it is next used.
type keysFile struct {
	Next     string   `json:"next,omitempty"`
	Current  string   `json:"current"`
	Previous []string `json:"previous"`
}

// ParseKeys reads {"next":"…","current":"…","previous":["…"]}, in which next may
// be missing. The error reveals nothing of the keys.
func ParseKeys(b []byte) (Ring, error) {
	var f keysFile
	if err := json.Unmarshal(b, &f); err != nil {
		return Ring{}, errors.New(`keys are not written as {"current":"…","previous":["…"]}`)
	}
	if f.Next != "" {
		f.Previous = append([]string{f.Next}, f.Previous...)
	}
	return NewRing(f.Current, f.Previous...)
}

// DrawKeys returns new keys, as ParseKeys reads them.
func DrawKeys() ([]byte, error) {
	secret := make([]byte, MinSecret)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("draw key: %w", err)
	}
	return json.Marshal(keysFile{Current: hex.EncodeToString(secret), Previous: []string{}})
}
