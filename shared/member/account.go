package member

import (
	"context"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
	"systole/shared/store"
)

// VerifyPassword returns the session and member of a token if the password is
// the member's. Failures count as with log-ins: holding a token does not prove
// knowledge of the password.
// The errors are fault.TokenInvalid, fault.PasswordWrong and fault.TooManyLogIns.
func (s *Service) VerifyPassword(ctx context.Context, token, password, address string) (store.Session, store.Member, error) {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return store.Session{}, store.Member{}, err
	}
	counters := counters(session.Username, address)
	m, attempts, err := s.members.MemberWithAttempts(ctx, session.Username, keysOf(counters))
	if err != nil {
		return store.Session{}, store.Member{}, fmt.Errorf("read member: %w", err)
	}
	if m == nil {
		return store.Session{}, store.Member{}, fault.New(fault.TokenInvalid)
	}
	if err := s.tokens.Confirm(session, *m); err != nil {
		return store.Session{}, store.Member{}, err
	}
	if err := mayLogIn(counters, attempts, s.now()); err != nil {
		return store.Session{}, store.Member{}, err
	}
	if err = s.compare(ctx, m, norm.NFC.String(password)); err != nil {
		err = s.recordFailure(ctx, m.Username, counters, err)
	}
	if fault.Is(err, fault.CredentialsInvalid) {
		err = fault.New(fault.PasswordWrong)
	}
	if err != nil {
		return store.Session{}, store.Member{}, err
	}
	return session, *m, s.clearFailures(ctx, counters, attempts)
}

// ChangePassword replaces the password and ends every other session of the
// member. The errors are those of VerifyPassword and of a new password.
func (s *Service) ChangePassword(ctx context.Context, token, password, replacement, address string) error {
	session, m, err := s.VerifyPassword(ctx, token, password, address)
	if err != nil {
		return err
	}
	if replacement, err = newPassword(replacement, m.Username); err != nil {
		return err
	}
	hash, err := s.hasher.Hash(ctx, replacement)
	if err != nil {
		return fmt.Errorf("hash password: %w", err)
	}
	now := s.now()
	err = s.members.ReplacePassword(ctx, m.Username, m.PasswordHash, hash, now)
	if errors.Is(err, store.ErrConflict) {
		return fault.New(fault.Conflict)
	}
	if err != nil {
		return fmt.Errorf("replace password: %w", err)
	}
	// All sessions are void from here on. If this one can't be kept, the member
	// logs in again, with the new password.
	if err := s.tokens.sessions.KeepSession(ctx, session.ID, now); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("keep session: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(PasswordChanged, now)); err != nil {
		return fmt.Errorf("note password change: %w", err)
	}
	return s.tokens.End(ctx, m.Username, session.ID)
}

// Sessions returns the token's own session and all that its member has, oldest
// first.
func (s *Service) Sessions(ctx context.Context, token string) (own store.Session, all []store.Session, err error) {
	own, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return store.Session{}, nil, err
	}
	all, err = s.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return store.Session{}, nil, fmt.Errorf("list sessions: %w", err)
	}
	return own, s.tokens.Alive(all, m), nil
}

// LogOutEverywhere ends every session of the token's member, this one too.
func (s *Service) LogOutEverywhere(ctx context.Context, token string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	now := s.now()
	if err := s.members.VoidTokens(ctx, m.Username, m.PK, now); err != nil {
		return fmt.Errorf("void tokens: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(LoggedOutEverywhere, now)); err != nil {
		return fmt.Errorf("note log-out: %w", err)
	}
	return s.tokens.End(ctx, m.Username, store.TokenID{})
}

// Activity returns the last events of the token's member, newest first, and of
// those that change what protects the account every one.
func (s *Service) Activity(ctx context.Context, token string) ([]store.Event, error) {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return nil, err
	}
	events, err := s.members.ActivityOf(ctx, m.Username, searchedEvents)
	if err != nil {
		return nil, fmt.Errorf("list activity: %w", err)
	}
	return shown(Remembered(events, m, s.now())), nil
}

// Remembered returns the events that have not expired and that are not of an
// earlier member of the same name.
func Remembered(events []store.Event, m store.Member, now time.Time) []store.Event {
	var left []store.Event
	for _, e := range events {
		if now.Before(e.Expires) && !e.At.Before(m.Created) {
			left = append(left, e)
		}
	}
	return left
}
