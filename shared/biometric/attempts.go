package biometric

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// How many checks may fail in a row (NIST SP 800-63B-4, 3.2.3): from freeTries
// on each next one has to wait, twice as long each time; at disabledAt the
// model is of no use until its owner, with the password, makes a new one.
const (
	freeTries   = 5
	firstWait   = 30 * time.Second
	longestWait = 15 * time.Minute
	disabledAt  = 50
)

// waitAfter is how long nobody may try after so many failures in a row.
func waitAfter(failures int) time.Duration {
	if failures < freeTries {
		return 0
	}
	doublings := min(failures-freeTries, 10)
	return min(firstWait<<doublings, longestWait)
}

// mayTry returns why the model may not be compared with now: fault.ModelDisabled,
// or fault.TooManyChecks with the time to wait.
func (s *Service) mayTry(m store.Template) error {
	if m.Failures >= disabledAt {
		return fault.New(fault.ModelDisabled)
	}
	wait := m.FailedAt.Add(waitAfter(m.Failures)).Sub(s.now())
	if wait <= 0 {
		return nil
	}
	return fault.New(fault.TooManyChecks, "seconds", int(math.Ceil(wait.Seconds()))).After(wait)
}

// mayEnrol returns fault.ConsentMissing where consent is asked for and not
// given, and fault.LogInAgain when the model was disabled and the session is
// older than that: who has it may have got it without the password.
func (s *Service) mayEnrol(session store.Session, m store.Member) error {
	if s.settings.Consent != "" && !m.Consent.Holds(s.settings.Consent) {
		return fault.New(fault.ConsentMissing)
	}
	if m.Template != nil && m.Template.Failures >= disabledAt && !session.Issued.After(m.Template.FailedAt) {
		return fault.New(fault.LogInAgain)
	}
	return nil
}

// count notes a check that failed, before anybody learns of it, and returns why
// it did, nil for a heart that isn't the member's. The probe is taken back: only
// what was accepted must not come again. That the model is another one by now is
// no error: a new one begins without failures.
func (s *Service) count(ctx context.Context, m store.Member, p *probe, why error) error {
	kind := member.NotRecognised
	if fault.Is(why, fault.Replay) {
		kind = member.ReplayRefused
	}
	now := s.now()
	err := parallel.Do(func() error {
		err := s.members.CountFailure(ctx, m.Username, m.Template.Version, now)
		if errors.Is(err, store.ErrConflict) {
			return nil
		}
		return err
	}, func() error {
		return s.members.Note(ctx, m.Username, member.NewEvent(kind, now))
	}, func() error {
		return s.members.RemoveProbe(ctx, m.Username, p.id)
	})
	if err != nil {
		return fmt.Errorf("count check: %w", err)
	}
	return why
}

// forgive forgets failures after a check that was accepted.
func (s *Service) forgive(ctx context.Context, m store.Member) error {
	if m.Template.Failures == 0 {
		return nil
	}
	err := s.members.ClearFailures(ctx, m.Username, m.Template.Version)
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("forget failed checks: %w", err)
	}
	return nil
}

// withdraw takes back the print of a probe that came to nothing, if it may have
// been presented. What stays for want of this harms nobody: the recording counts
// as used.
func (s *Service) withdraw(ctx context.Context, session store.Session, p *probe) {
	if p == nil || s.settings.AllowReplays {
		return
	}
	note(ctx, func(ctx context.Context) error { return s.members.RemoveProbe(ctx, session.Username, p.id) })
}
