package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// ProofLifetime is how long a log-in, or an accepted check, counts as a proof of
// more than the possession of a token: long enough to record an enrolment in.
const ProofLifetime = 10 * time.Minute

// MayChangeTemplate returns fault.LogInAgain where the member has, or had, a
// template, and neither log-in nor check proved within ProofLifetime that it is
// the member who has the session. A first enrolment needs no proof.
func MayChangeTemplate(s store.Session, m store.Member, now time.Time) error {
	if !m.HadTemplate() || proven(s, now) {
		return nil
	}
	return fault.New(fault.LogInAgain)
}

func proven(s store.Session, now time.Time) bool {
	return now.Sub(s.Issued) <= ProofLifetime || now.Sub(s.Verified) <= ProofLifetime
}

// Prove notes on the session that a check of its member was accepted.
func (t *Tokens) Prove(ctx context.Context, s store.Session) error {
	err := t.sessions.VerifySession(ctx, s.ID, t.now())
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return fmt.Errorf("verify session: %w", err)
	}
	return nil
}
