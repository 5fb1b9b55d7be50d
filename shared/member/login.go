package member

import (
	"context"
	"fmt"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// LogIn returns the member and a new token. address is the caller's, empty for
// an unknown one. It costs three calls in sequence. A wrong user name and a wrong
// password give the same fault.CredentialsInvalid after the same calls and time;
// several failures in a row give fault.TooManyLogIns.
func (s *Service) LogIn(ctx context.Context, name, password, address string) (store.Member, string, error) {
	at := s.now()
	password = norm.NFC.String(password)
	name, err := username(name)
	if err != nil { // no member has such a name
		return store.Member{}, "", s.refuseUnknown(ctx, password)
	}
	counters := counters(name, address)
	m, attempts, err := s.members.MemberWithAttempts(ctx, name, keysOf(counters))
	if err != nil {
		return store.Member{}, "", fmt.Errorf("read member: %w", err)
	}
	if err := mayLogIn(counters, attempts, at); err != nil {
		return store.Member{}, "", err
	}
	if err := s.compare(ctx, m, password); err != nil {
		return store.Member{}, "", s.recordFailure(ctx, name, counters, err)
	}
	others, err := s.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return store.Member{}, "", fmt.Errorf("list sessions: %w", err)
	}
	var token string
	err = parallel.Do(func() (err error) {
		token, err = s.tokens.issue(ctx, *m, NewEvent(LoggedIn, at), others)
		return err
	}, func() error { return s.clearFailures(ctx, counters, attempts) })
	if err != nil {
		return store.Member{}, "", err
	}
	return *m, token, nil
}

// refuseUnknown returns fault.CredentialsInvalid for a name without a member,
// after the time that a wrong password takes.
func (s *Service) refuseUnknown(ctx context.Context, password string) error {
	if err := s.hasher.VerifyNone(ctx, password); err != nil {
		return err
	}
	return fault.New(fault.CredentialsInvalid)
}

// compare returns fault.CredentialsInvalid unless the password is m's. m is nil
// for a name without a member. A hash of another cost is replaced.
func (s *Service) compare(ctx context.Context, m *store.Member, password string) error {
	if m == nil {
		return s.refuseUnknown(ctx, password)
	}
	ok, stale, err := s.hasher.Verify(ctx, m.PasswordHash, password)
	if err != nil {
		return fmt.Errorf("verify password: %w", err)
	}
	if !ok {
		return fault.New(fault.CredentialsInvalid)
	}
	if stale {
		s.rehash(ctx, m, password)
	}
	return nil
}

// recordFailure counts a failed log-in before it is answered, and returns why.
// Only wrong credentials count.
func (s *Service) recordFailure(ctx context.Context, name string, counters []counter, why error) error {
	if !fault.Is(why, fault.CredentialsInvalid) {
		return why
	}
	at := s.now()
	notes := []func() error{func() error { return s.members.Note(ctx, name, NewEvent(LogInFailed, at)) }}
	for _, c := range counters {
		notes = append(notes, func() error { return s.members.CountAttempt(ctx, c.key, at, at.Add(c.forgotten)) })
	}
	if err := parallel.Do(notes...); err != nil {
		return fmt.Errorf("count log-in: %w", err)
	}
	return why
}

// clearFailures clears the counts of a log-in that succeeded, but for that of the
// address: other guesses may come from there.
func (s *Service) clearFailures(ctx context.Context, counters []counter, attempts []store.Attempts) error {
	var clear []func() error
	for i, c := range counters {
		if attempts[i].Failures > 0 && c.backoff != ofAddress {
			clear = append(clear, func() error { return s.members.ClearAttempts(ctx, c.key) })
		}
	}
	if err := parallel.Do(clear...); err != nil {
		return fmt.Errorf("forget failed log-ins: %w", err)
	}
	return nil
}
