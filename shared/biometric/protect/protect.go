// Package protect protects stored templates (ISO/IEC 24745): a leaked store
// reveals nothing without the service's key. Each template is transformed under a
// seed made of the key and a salt of its own (package isometry), then encrypted
// and authenticated for the place where it lies.
//
// Keys are secrets of the service, the current one first. A template names the
// key that it was sealed with; an old key stays in the ring until no template
// names it, and the next one is in it before anything is sealed with it.
package protect

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"
)

// MinSecret is the least length of a secret in bytes.
const MinSecret = 32

// A sealed template is a magic word with the version of this layout, the key's
// id, the salt, and the template, encrypted with AES-256-GCM. All before it, and
// where it lies, is authenticated along with it.
const (
	magic        = "SYSTOLE-MODEL\x02"
	idLength     = 8
	saltLength   = 32
	headerLength = len(magic) + idLength + saltLength
)

// Errors of Open.
var (
	// ErrLayout is for bytes of another layout, an older one included.
	ErrLayout = errors.New("not a sealed template of this layout")
	// ErrKey is for a template of a key that isn't in the ring. It may be added
	// later.
	ErrKey = errors.New("sealed with a key that isn't at hand")
	// ErrDamaged is for a template that was changed, or sealed for another place.
	ErrDamaged = errors.New("sealed template damaged, or not of this place")
)

// Ring is the service's keys. The zero Ring has none.
type Ring struct {
	keys []key
}

// KeyID tells the keys of a ring apart and reveals nothing of them.
type KeyID [idLength]byte

type key struct {
	id     KeyID
	secret []byte
	signs  time.Time // until when its signatures are good; zero for never
}

// always is later than any time.
var always = time.Unix(1<<40, 0)

func newKey(secret string) key {
	k := key{secret: []byte(secret)}
	copy(k.id[:], k.derive(nil, "id"))
	return k
}

// NewRing returns the ring of the secrets, the current one first.
func NewRing(current string, previous ...string) (Ring, error) {
	var r Ring
	for _, secret := range append([]string{current}, previous...) {
		if len(secret) < MinSecret {
			return Ring{}, fmt.Errorf("a key has %d bytes: it takes %d, drawn at random", len(secret), MinSecret)
		}
		r.keys = append(r.keys, newKey(secret))
	}
	r.keys[0].signs = always
	return r, nil
}

// Ring returns r, so that a ring is a source of keys as well.
func (r Ring) Ring(context.Context) (Ring, error) { return r, nil }

// Source is a function that returns the keys, for a secret that is read when it
// is first needed.
type Source func(context.Context) (Ring, error)

// Ring calls s.
func (s Source) Ring(ctx context.Context) (Ring, error) { return s(ctx) }

// IDs are the ids of the keys, the current one first.
func (r Ring) IDs() []KeyID {
	ids := make([]KeyID, len(r.keys))
	for i, k := range r.keys {
		ids[i] = k.id
	}
	return ids
}

// KeyOf returns the id of the key that something was sealed with, or false for
// bytes of another layout.
func KeyOf(sealed []byte) (id KeyID, ok bool) {
	if len(sealed) < headerLength || !bytes.HasPrefix(sealed, []byte(magic)) {
		return id, false
	}
	return KeyID(sealed[len(magic):]), true
}

// Derived is a secret for one purpose, derived from the key with this id.
type Derived struct {
	ID     KeyID
	Secret [32]byte
}

// Derive returns the secrets for a purpose: the current key's, then the other
// keys'.
func (r Ring) Derive(purpose string) []Derived {
	all := make([]Derived, len(r.keys))
	for i, k := range r.keys {
		all[i] = Derived{k.id, [32]byte(k.derive(nil, purpose))}
	}
	return all
}

// DeriveSigners returns the secrets for a purpose from the keys whose signatures
// are valid at this time: the current one, the next one, and for a day the one
// before.
func (r Ring) DeriveSigners(purpose string, now time.Time) []Derived {
	var all []Derived
	for i, secret := range r.Derive(purpose) {
		if now.Before(r.keys[i].signs) {
			all = append(all, secret)
		}
	}
	return all
}

// derive returns 32 bytes for one purpose (HKDF, RFC 5869).
func (k key) derive(salt []byte, purpose string) []byte {
	b, err := hkdf.Key(sha256.New, k.secret, salt, "systole "+purpose, sha256.Size)
	if err != nil { // only for lengths beyond its limit
		panic("hkdf: " + err.Error())
	}
	return b
}

// current is the key that new templates are sealed with.
func (r Ring) current() (key, error) {
	if len(r.keys) == 0 {
		return key{}, ErrKey
	}
	return r.keys[0], nil
}

// Seal seals the template that marshal returns, transformed under the seed that
// marshal is given, for the place where it will lie. random is crypto/rand's.
func (r Ring) Seal(place string, random io.Reader, marshal func(seed [32]byte) ([]byte, error)) ([]byte, error) {
	k, err := r.current()
	if err != nil {
		return nil, err
	}
	header := append([]byte(magic), k.id[:]...)
	salt := make([]byte, saltLength)
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("draw salt: %w", err)
	}
	header = append(header, salt...)
	plain, err := marshal([32]byte(k.derive(salt, "transform")))
	if err != nil {
		return nil, err
	}
	return k.cipher(salt).Seal(header, nonce(), plain, additional(header, place)), nil
}

// Open returns the template that was sealed for the place, and the seed of its
// transform. stale reports that its key isn't the current one. The errors are
// ErrLayout, ErrKey and ErrDamaged.
func (r Ring) Open(place string, sealed []byte) (plain []byte, seed [32]byte, stale bool, err error) {
	id, ok := KeyOf(sealed)
	if !ok {
		return nil, seed, false, ErrLayout
	}
	header, rest := sealed[:headerLength:headerLength], sealed[headerLength:]
	salt := header[headerLength-saltLength:]
	for i, k := range r.keys {
		if k.id != id {
			continue
		}
		plain, err := k.cipher(salt).Open(nil, nonce(), rest, additional(header, place))
		if err != nil {
			return nil, seed, false, ErrDamaged
		}
		return plain, [32]byte(k.derive(salt, "transform")), i > 0, nil
	}
	return nil, seed, false, ErrKey
}

// cipher returns the AEAD of one salt: no two templates share a key.
func (k key) cipher(salt []byte) cipher.AEAD {
	block, err := aes.NewCipher(k.derive(salt, "seal"))
	if err != nil { // only for another length
		panic("aes: " + err.Error())
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		panic("gcm: " + err.Error())
	}
	return aead
}

// nonce is constant, because each cipher encrypts once.
func nonce() []byte { return make([]byte, 12) }

func additional(header []byte, place string) []byte {
	return append(bytes.Clone(header), place...)
}
