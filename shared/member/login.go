package member

import (
	"context"
	"fmt"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// LogIn returns the member and a new token. address is where the caller is,
// empty if that isn't known. It costs three calls in sequence. Whatever is wrong
// with user name or password, the error is fault.CredentialsInvalid, after the
// same calls and time; after several such ones it is fault.TooManyLogIns.
func (s *Service) LogIn(ctx context.Context, name, password, address string) (store.Member, string, error) {
	at := s.now()
	password = norm.NFC.String(password)
	name, err := username(name)
	if err != nil { // nobody can have it
		return store.Member{}, "", s.refuseStranger(ctx, password)
	}
	counters := counters(name, address)
	m, attempts, err := s.members.MemberWithAttempts(ctx, name, keysOf(counters))
	if err != nil {
		return store.Member{}, "", fmt.Errorf("read member: %w", err)
	}
	if err := mayLogIn(counters, attempts, at); err != nil {
		return store.Member{}, "", err
	}
	if err := s.prove(ctx, m, password); err != nil {
		return store.Member{}, "", s.count(ctx, name, counters, err)
	}
	others, err := s.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return store.Member{}, "", fmt.Errorf("list sessions: %w", err)
	}
	var token string
	err = parallel.Do(func() (err error) {
		token, err = s.tokens.issue(ctx, *m, NewEvent(LoggedIn, at), others)
		return err
	}, func() error { return s.forgive(ctx, counters, attempts) })
	if err != nil {
		return store.Member{}, "", err
	}
	return *m, token, nil
}

// refuseStranger takes as long as a wrong password does.
func (s *Service) refuseStranger(ctx context.Context, password string) error {
	if err := s.hasher.VerifyNone(ctx, password); err != nil {
		return err
	}
	return fault.New(fault.CredentialsInvalid)
}

// prove returns fault.CredentialsInvalid unless the password is m's. m is nil
// where nobody has the name.
func (s *Service) prove(ctx context.Context, m *store.Member, password string) error {
	if m == nil {
		return s.refuseStranger(ctx, password)
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

// count notes a failed log-in before anybody learns of it, and returns why it
// failed. Nothing is counted but wrong credentials.
func (s *Service) count(ctx context.Context, name string, counters []counter, why error) error {
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

// forgive forgets the failures of whoever knew the password in the end. Those
// of the address stay: others may be guessing from there.
func (s *Service) forgive(ctx context.Context, counters []counter, attempts []store.Attempts) error {
	var clear []func() error
	for i, c := range counters {
		if attempts[i].Failures > 0 && c.patience != ofAddress {
			clear = append(clear, func() error { return s.members.ClearAttempts(ctx, c.key) })
		}
	}
	if err := parallel.Do(clear...); err != nil {
		return fmt.Errorf("forget failed log-ins: %w", err)
	}
	return nil
}
