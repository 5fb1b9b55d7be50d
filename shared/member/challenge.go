package member

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// ChallengeLifetime is the time for which a nonce is valid: enough for a
// recording of a dozen seconds and its upload over a slow network.
const ChallengeLifetime = 2 * time.Minute

const nonceBytes = 16

// Challenge returns a nonce for the next check with this token, in place of an
// earlier one. It costs three calls in sequence.
func (s *Service) Challenge(ctx context.Context, token string) (nonce string, err error) {
	session, _, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return "", err
	}
	return s.tokens.challenge(ctx, session)
}

func (t *Tokens) challenge(ctx context.Context, s store.Session) (nonce string, err error) {
	random := make([]byte, nonceBytes)
	if _, err := io.ReadFull(t.rand, random); err != nil {
		return "", fmt.Errorf("draw nonce: %w", err)
	}
	nonce = hex.EncodeToString(random)
	challenge := store.Challenge{Hash: sha256.Sum256([]byte(nonce)), Expires: t.now().Add(ChallengeLifetime)}
	err = t.sessions.SetChallenge(ctx, s.ID, challenge)
	if errors.Is(err, store.ErrNotFound) {
		return "", fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return "", fmt.Errorf("set challenge: %w", err)
	}
	return nonce, nil
}

// ConsumeChallenge consumes the session's challenge, or returns
// fault.ChallengeInvalid if the nonce isn't the session's, is too old, or was
// used before.
func (t *Tokens) ConsumeChallenge(ctx context.Context, s store.Session, nonce string) error {
	hash := sha256.Sum256([]byte(nonce))
	if subtle.ConstantTimeCompare(hash[:], s.Challenge.Hash[:]) != 1 || !t.now().Before(s.Challenge.Expires) {
		return fault.New(fault.ChallengeInvalid)
	}
	err := t.sessions.TakeChallenge(ctx, s.ID, s.Challenge)
	if errors.Is(err, store.ErrConflict) {
		return fault.New(fault.ChallengeInvalid)
	}
	if err != nil {
		return fmt.Errorf("take challenge: %w", err)
	}
	return nil
}
