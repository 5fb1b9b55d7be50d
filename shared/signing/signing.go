// Package signing has the keys that the service signs tokens with for third
// parties (JWS, RFC 7515), and their public halves (JWK, RFC 7517).
//
// Each is derived from a secret of the service's ring, by the specification
// c2sp.org/det-keygen: nothing is stored, and signing calls nobody once the ring
// is known. The current secret's key signs; those of all others in the ring are
// published beside it, the next one's too, so that a signature can be verified
// before, during and after a rotation.
package signing

import (
	"context"
	"crypto/elliptic"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"sync"

	"filippo.io/keygen"
	"github.com/go-jose/go-jose/v4"

	"systole/shared/biometric/protect"
)

// purpose is what the secrets of the keys are derived for. It is part of every
// key, and stays as it is.
const purpose = "signing ES256"

// Source is where the service's secrets come from.
type Source interface {
	Ring(ctx context.Context) (protect.Ring, error)
}

// Keys are the signing keys.
type Keys struct {
	source Source

	mu      sync.Mutex
	derived map[string]jose.JSONWebKey // by key id
}

// New returns the keys of the source's secrets.
func New(source Source) *Keys {
	return &Keys{source: source, derived: make(map[string]jose.JSONWebKey)}
}

// Current is the key that signs: ECDSA on P-256, with its id.
func (k *Keys) Current(ctx context.Context) (jose.JSONWebKey, error) {
	all, err := k.all(ctx)
	if err != nil {
		return jose.JSONWebKey{}, err
	}
	return all[0], nil
}

// JSON is the set of the keys to verify with, the current one first.
func (k *Keys) JSON(ctx context.Context) ([]byte, error) {
	all, err := k.all(ctx)
	if err != nil {
		return nil, err
	}
	var set jose.JSONWebKeySet
	for _, key := range all {
		set.Keys = append(set.Keys, key.Public())
	}
	return json.Marshal(set)
}

// all returns at least one key.
func (k *Keys) all(ctx context.Context) ([]jose.JSONWebKey, error) {
	ring, err := k.source.Ring(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	secrets := ring.Derive(purpose)
	if len(secrets) == 0 {
		return nil, fmt.Errorf("derive signing key: %w", protect.ErrKey)
	}
	all := make([]jose.JSONWebKey, len(secrets))
	for i, secret := range secrets {
		if all[i], err = k.derive(secret); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (k *Keys) derive(secret protect.Derived) (jose.JSONWebKey, error) {
	id := hex.EncodeToString(secret.ID[:])
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.derived[id]; ok {
		return key, nil
	}
	private, err := keygen.ECDSA(elliptic.P256(), secret.Secret[:])
	if err != nil {
		return jose.JSONWebKey{}, fmt.Errorf("derive signing key: %w", err)
	}
	key := jose.JSONWebKey{Key: private, KeyID: id, Algorithm: string(jose.ES256), Use: "sig"}
	k.derived[id] = key
	return key, nil
}
