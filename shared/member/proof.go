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
// the member who has the session. A first enrolment needs no proof. A template is
// protected from recovery codes: see MayRemoveTemplate.
func MayChangeTemplate(s store.Session, m store.Member, now time.Time) error {
	if err := MayRemoveTemplate(s, m, now); err != nil {
		return err
	}
	if !m.HadTemplate() || fresh(s.Issued, now) || fresh(s.Verified, now) {
		return nil
	}
	return fault.New(fault.LogInAgain)
}

// RecoveryWait is what lies between the two recovery codes that stand for the heart:
// in a week a person who is logged out everywhere notices, and takes the account back
// with a code of their own, which begins another week.
const RecoveryWait = 7 * 24 * time.Hour

// MayRemoveTemplate returns fault.CheckFirst where a recovery code set the
// password since the template was made, and no check of this session was accepted
// within ProofLifetime: a code replaces the password, and proves nothing of the
// heart. For whom the heart changed, a second code stands for it that sets the
// password again, RecoveryWait after the first and with none in between.
func MayRemoveTemplate(s store.Session, m store.Member, now time.Time) error {
	switch {
	case m.Template == nil, !m.Recovered.After(m.Template.Made), fresh(s.Verified, now):
		return nil
	case m.RecoveredBefore.After(m.Template.Made) && m.Recovered.Sub(m.RecoveredBefore) >= RecoveryWait:
		return nil
	}
	return fault.New(fault.CheckFirst)
}

func fresh(proof, now time.Time) bool { return now.Sub(proof) <= ProofLifetime }

// Prove notes on the session that a check of its member was accepted, and on the one
// that handed it over: that one waits for it.
func (t *Tokens) Prove(ctx context.Context, s store.Session) error {
	now := t.now()
	err := t.sessions.VerifySession(ctx, s.ID, now)
	if err == nil && s.HandedBy != (store.TokenID{}) {
		err = t.sessions.VerifySession(ctx, s.HandedBy, now)
	}
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return fmt.Errorf("verify session: %w", err)
	}
	return nil
}
