package protect

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

// keysFile is the stored form of the keys. A rotation takes two steps. First a
// new key becomes the next one: every function learns of it, and third parties
// see the signing key that is derived from it, before it is used. Then it becomes
// the current one, and the old one joins the previous ones. A previous key stays
// for as long as an unused template may be sealed with it: a template is sealed
// anew when it is next used.
type keysFile struct {
	Next     string   `json:"next,omitempty"`
	Current  string   `json:"current"`
	Previous []string `json:"previous"`
	// Before is the previous key that was current last, whose signatures stay
	// valid for a while; empty for none.
	Before string `json:"before,omitempty"`
	// Drawn is the time of the last change of Next and Current; zero for none.
	Drawn time.Time `json:"drawn,omitzero"`
}

// Settle is the time to wait between the steps of a rotation: functions learn of
// a change within five minutes, third parties keep public keys for as long, and a
// request takes a while.
const Settle = 10 * time.Minute

// verifiable is the time after a rotation for which signatures of the previous
// key can be verified: longer than the lifetime of anything that is signed. After
// it, a key that somebody else may know signs nothing, however long it still
// opens what it sealed.
const verifiable = 24 * time.Hour

// ParseKeys reads {"next":"…","current":"…","previous":["…"]}, in which next may
// be missing. The error reveals nothing of the keys.
func ParseKeys(b []byte) (Ring, error) {
	_, ring, err := parse(b)
	return ring, err
}

// parse is ParseKeys that also returns the keys as they are written.
func parse(b []byte) (f keysFile, r Ring, err error) {
	if json.Unmarshal(b, &f) != nil {
		return keysFile{}, Ring{}, errors.New(`keys are not written as {"current":"…","previous":["…"]}`)
	}
	previous := f.Previous
	if f.Next != "" {
		previous = append([]string{f.Next}, f.Previous...)
	}
	if r, err = NewRing(f.Current, previous...); err != nil {
		return keysFile{}, Ring{}, err
	}
	if f.Next != "" {
		r.keys[1].signs = always
	}
	if i := slices.Index(previous, f.Before); i >= 0 {
		r.keys[1+i].signs = f.Drawn.Add(verifiable)
	}
	return f, r, nil
}

// DrawKeys returns new keys, as ParseKeys reads them.
func DrawKeys() ([]byte, error) {
	return json.Marshal(keysFile{Current: drawSecret(), Previous: []string{}})
}

// NextKey returns the id of the key that becomes current next, or false for none.
func NextKey(b []byte) (KeyID, bool, error) {
	f, _, err := parse(b)
	if f.Next == "" { // as of keys that can't be read
		return KeyID{}, false, err
	}
	return newKey(f.Next).id, true, nil
}

// AddKey returns the keys with a new one as the next. It is an error where there is
// a next one.
func AddKey(b []byte, now time.Time) ([]byte, error) {
	f, _, err := parse(b)
	if err != nil {
		return nil, err
	}
	if f.Next != "" {
		return nil, errors.New("there is a next key already")
	}
	f.Next = drawSecret()
	f.Drawn = now.UTC()
	return json.Marshal(f)
}

// PromoteKey returns the keys with the next one as the current one. It is an error
// where there is none, and before it has waited for Settle.
func PromoteKey(b []byte, now time.Time) ([]byte, error) {
	f, _, err := parse(b)
	if err != nil {
		return nil, err
	}
	if f.Next == "" {
		return nil, errors.New("there is no next key")
	}
	if until := f.Drawn.Add(Settle); now.Before(until) {
		return nil, fmt.Errorf("not everybody may know the next key until %s", until.Format(time.RFC3339))
	}
	return json.Marshal(keysFile{Current: f.Next, Previous: append([]string{f.Current}, f.Previous...), Before: f.Current, Drawn: now.UTC()})
}

// JoinKeys returns the keys followed by those of another service, so that what
// either has sealed can be opened.
func JoinKeys(b, others []byte) ([]byte, error) {
	f, _, err := parse(b)
	if err != nil {
		return nil, err
	}
	o, _, err := parse(others)
	if err != nil {
		return nil, err
	}
	for _, secret := range append([]string{o.Current}, o.Previous...) {
		if secret != f.Current && !slices.Contains(f.Previous, secret) {
			f.Previous = append(f.Previous, secret)
		}
	}
	return json.Marshal(f)
}

// RetireKeys returns the keys without the previous ones that keep refuses. It
// fails soon after a rotation, when requests may still seal with one of them.
func RetireKeys(b []byte, now time.Time, keep func(KeyID) bool) ([]byte, error) {
	f, _, err := parse(b)
	if err != nil {
		return nil, err
	}
	if until := f.Drawn.Add(Settle); now.Before(until) {
		return nil, fmt.Errorf("the key before the current one may be in use until %s", until.Format(time.RFC3339))
	}
	f.Previous = slices.DeleteFunc(f.Previous, func(secret string) bool { return !keep(newKey(secret).id) })
	return json.Marshal(f)
}

func drawSecret() string {
	secret := make([]byte, MinSecret)
	rand.Read(secret) // it never fails
	return hex.EncodeToString(secret)
}
