package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// ProofLifetime is the time for which a log-in, or an accepted check, proves more
// than the possession of a token: long enough to record an enrolment.
const ProofLifetime = 10 * time.Minute

// MayChangeTemplate returns fault.LogInAgain if the member has, or had, a
// template, and neither a log-in nor a check within ProofLifetime proved that the
// session is the member's own. A first enrolment needs no proof. Against recovery
// codes, MayRemoveTemplate protects the template.
func MayChangeTemplate(s store.Session, m store.Member, now time.Time) error {
	if err := MayRemoveTemplate(s, m, now); err != nil {
		return err
	}
	if !m.HadTemplate() || fresh(s.Issued, now) || fresh(s.Verified, now) {
		return nil
	}
	return fault.New(fault.LogInAgain)
}

// RecoveryWait is the time between the two recovery codes that stand for the
// heart. Within a week a person who was logged out everywhere notices, and takes
// the account back with another code, which starts a new week.
const RecoveryWait = 7 * 24 * time.Hour

// MayRemoveTemplate returns fault.CheckFirst if a recovery code set the password
// since the template was made, and no check of this session was accepted within
// ProofLifetime: a code replaces the password, and proves nothing about the
// heart. For a person whose heart has changed, a second code stands for it, which
// sets the password again RecoveryWait after the first and with none in between.
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

// Prove records on the session that a check of its member was accepted, and also
// on the session that handed it over, which waits for it.
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
