// Package signing has the keys with which the service signs tokens for third
// parties (JWS, RFC 7515), and their public halves (JWK, RFC 7517).
//
// Each key is derived from a secret of the service's ring by the specification
// c2sp.org/det-keygen: nothing is stored, and signing needs no call once the ring
// is known. The current secret's key signs; the keys of the next secret, and for
// a while of the previous one, are published beside it, so that a signature can
// be verified before, during and after a rotation.
package signing

import (
	"context"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"filippo.io/keygen"
	"github.com/go-jose/go-jose/v4"

	"systole/shared/biometric/protect"
)

// kind is a kind of key: an algorithm, and the purpose for which the secrets of
// its keys are derived. Another purpose would make other keys.
type kind struct {
	algorithm jose.SignatureAlgorithm
	purpose   string
	suffix    string // of the key id
	derive    func(secret []byte) (any, error)
}

var (
	// ec is for assertions: its keys take 0.1 ms to make, and its signatures are
	// short.
	ec = kind{jose.ES256, "signing ES256", "", func(secret []byte) (any, error) { return keygen.ECDSA(elliptic.P256(), secret) }}
	// rsa is for ID tokens, which every client can verify (OpenID Connect Core
	// 1.0, 15.1). A key takes a core some 0.1 s to make, once in a process.
	rsa = kind{jose.RS256, "signing RS256", "-rsa", func(secret []byte) (any, error) { return keygen.RSA(2048, secret) }}
)

// Source returns the service's secrets.
type Source interface {
	Ring(ctx context.Context) (protect.Ring, error)
}

// Keys are the signing keys.
type Keys struct {
	source Source
	now    func() time.Time

	mu      sync.Mutex
	derived map[string]jose.JSONWebKey // by key id
}

// New returns the keys of the source's secrets.
func New(source Source, now func() time.Time) *Keys {
	return &Keys{source: source, now: now, derived: make(map[string]jose.JSONWebKey)}
}

// Current returns the key that signs assertions: ECDSA on P-256, with its id.
func (k *Keys) Current(ctx context.Context) (jose.JSONWebKey, error) { return k.current(ctx, ec) }

// CurrentRSA returns the key that signs ID tokens.
func (k *Keys) CurrentRSA(ctx context.Context) (jose.JSONWebKey, error) { return k.current(ctx, rsa) }

// PublicRSA returns the keys to verify ID tokens with, the current one first.
func (k *Keys) PublicRSA(ctx context.Context) ([]jose.JSONWebKey, error) { return k.public(ctx, rsa) }

// JSON returns the set of all keys to verify with, the current ones first.
func (k *Keys) JSON(ctx context.Context) ([]byte, error) {
	var set jose.JSONWebKeySet
	for _, of := range []kind{ec, rsa} {
		all, err := k.public(ctx, of)
		if err != nil {
			return nil, err
		}
		set.Keys = append(set.Keys, all...)
	}
	return json.Marshal(set)
}

// current returns the key of the current secret, and derives no other.
func (k *Keys) current(ctx context.Context, of kind) (jose.JSONWebKey, error) {
	secrets, err := k.secrets(ctx, of)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return k.derive(of, secrets[0])
}

// public returns the public halves of the keys.
func (k *Keys) public(ctx context.Context, of kind) ([]jose.JSONWebKey, error) {
	secrets, err := k.secrets(ctx, of)
	if err != nil {
		return nil, err
	}
	all := make([]jose.JSONWebKey, len(secrets))
	for i, secret := range secrets {
		key, err := k.derive(of, secret)
		if err != nil {
			return nil, err
		}
		all[i] = key.Public()
	}
	return all, nil
}

// secrets returns the secrets of a kind, at least one.
func (k *Keys) secrets(ctx context.Context, of kind) ([]protect.Derived, error) {
	ring, err := k.source.Ring(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	secrets := ring.DeriveSigners(of.purpose, k.now())
	if len(secrets) == 0 {
		return nil, fmt.Errorf("derive signing key: %w", protect.ErrKey)
	}
	return secrets, nil
}

func (k *Keys) derive(of kind, secret protect.Derived) (jose.JSONWebKey, error) {
	id := hex.EncodeToString(secret.ID[:]) + of.suffix
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.derived[id]; ok {
		return key, nil
	}
	private, err := of.derive(secret.Secret[:])
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("derive signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: id, Algorithm: string(of.algorithm), Use: "sig"}
	k.derived[id] = key
	return key, nil
}
