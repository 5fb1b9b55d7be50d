package biometric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/store"
)

// Waits returns how long the member's next check has to wait after failed ones,
// and whether so many failed that the template is disabled until the next
// enrolment.
func Waits(m store.Member, now time.Time) (wait time.Duration, disabled bool) {
	if m.Template == nil {
		return 0, false
	}
	t := *m.Template
	if checkLimit.Exhausted(t.Failures) {
		return 0, true
	}
	return max(0, t.FailedAt.Add(checkLimit.Wait(t.Failures)).Sub(now)), false
}

// Unlock takes back the counted failures of the member's checks, so that the next
// one need not wait. A disabled template stays disabled: NIST SP 800-63B-4
// requires a new enrolment.
func (s *Service) Unlock(ctx context.Context, m store.Member) error {
	if _, disabled := Waits(m, s.now()); disabled || m.Template == nil || m.Template.Failures == 0 {
		return nil
	}
	err := s.members.RecordAcceptance(ctx, m.Username, m.Template.Version, m.Template.Used)
	if err != nil && !errors.Is(err, store.ErrConflict) { // another template by now
		return fmt.Errorf("take failures back: %w", err)
	}
	return nil
}
