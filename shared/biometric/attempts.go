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
func (s *Service) mayTry(m member.Model) error {
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
func (s *Service) mayEnrol(session member.Session, m member.Member) error {
	if s.settings.Consent != "" && !m.Consent.Holds(s.settings.Consent) {
		return fault.New(fault.ConsentMissing)
	}
	if m.Model != nil && m.Model.Failures >= disabledAt && !session.Issued.After(m.Model.FailedAt) {
		return fault.New(fault.LogInAgain)
	}
	return nil
}

// count notes a failed check, before anybody learns of it, and forgets failures
// after one that was accepted. That the model is another one by now is no
// error: a new one begins without failures.
func (s *Service) count(ctx context.Context, m member.Member, accepted bool) error {
	var err error
	now := s.now()
	switch {
	case !accepted:
		err = parallel.Do(
			func() error { return s.members.CountFailure(ctx, m.Username, m.Model.Version, now) },
			func() error { return s.members.Note(ctx, m.Username, member.NewEvent(member.NotRecognised, now)) },
		)
	case m.Model.Failures > 0:
		err = s.members.ClearFailures(ctx, m.Username, m.Model.Version)
	}
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("count check: %w", err)
	}
	return nil
}
