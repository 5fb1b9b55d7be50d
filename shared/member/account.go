package member

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// VerifyPassword returns the session and member of a token if the password is the
// member's. Failures are counted for the session: holding a token does not prove
// knowledge of the password, and failures elsewhere don't keep members from
// changing their passwords. The errors are fault.TokenInvalid,
// fault.PasswordWrong, fault.TooManyLogIns and, after fifty failures in a row,
// fault.LogInAgain.
func (s *Service) VerifyPassword(ctx context.Context, token, password string) (store.Session, store.Member, error) {
	session, m, err := s.verifyPassword(ctx, token, password)
	if fault.Is(err, fault.CredentialsInvalid) {
		err = fault.New(fault.PasswordWrong)
	}
	if err != nil {
		return store.Session{}, store.Member{}, err
	}
	return session, m, nil
}

func (s *Service) verifyPassword(ctx context.Context, token, password string) (session store.Session, found store.Member, err error) {
	at := s.now()
	if session, err = s.tokens.Authenticate(ctx, token); err != nil {
		return session, found, err
	}
	counters := []counter{sessionCounter(session)}
	m, attempts, err := s.members.MemberWithAttempts(ctx, session.Username, keysOf(counters))
	if err != nil {
		return session, found, fmt.Errorf("read member: %w", err)
	}
	if m == nil {
		return session, found, fault.New(fault.TokenInvalid)
	}
	if err := s.tokens.Confirm(session, *m); err != nil {
		return session, found, err
	}
	if err := mayTry(counters, attempts, at); err != nil {
		return session, found, err
	}
	if err := s.admit(ctx, counters, at); err != nil {
		return session, found, err
	}
	if err := s.compare(ctx, m, password); err != nil {
		return session, found, s.noteFailure(ctx, m, m.Username, "", err)
	}
	return session, *m, s.succeed(ctx, counters)
}

// ChangePassword replaces the password and ends every other session of the
// member. Earlier failed attempts with the old password no longer count. The
// errors are those of VerifyPassword and of a new password.
func (s *Service) ChangePassword(ctx context.Context, token, password, replacement string) error {
	session, m, err := s.VerifyPassword(ctx, token, password)
	if err != nil {
		return err
	}
	now, err := s.replacePassword(ctx, m, replacement)
	if err != nil {
		return err
	}
	// All sessions are void from here on. If this one can't be kept, the member
	// logs in again, with the new password.
	if err := s.tokens.sessions.KeepSession(ctx, session.ID, now); err != nil && !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("keep session: %w", err)
	}
	if err := s.passwordReplaced(ctx, m, NewEvent(PasswordChanged, now)); err != nil {
		return err
	}
	return s.tokens.End(ctx, m.Username, session.ID)
}

// replacePassword replaces the password and voids every session issued before the
// time that it returns. The errors are those of a new password, and
// fault.Conflict.
func (s *Service) replacePassword(ctx context.Context, m store.Member, replacement string) (time.Time, error) {
	hash, err := s.hashNew(ctx, m, replacement)
	if err != nil {
		return time.Time{}, err
	}
	now := s.now()
	err = s.members.ReplacePassword(ctx, m.Username, m.PasswordHash, hash, now)
	if errors.Is(err, store.ErrConflict) {
		return time.Time{}, fault.New(fault.Conflict)
	}
	if err != nil {
		return time.Time{}, fmt.Errorf("replace password: %w", err)
	}
	return now, nil
}

// hashNew returns the hash of a new password of m. The errors are those of a new
// password.
func (s *Service) hashNew(ctx context.Context, m store.Member, password string) (string, error) {
	password, err := newPassword(password, m.Username, m.Name)
	if err != nil {
		return "", err
	}
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return "", fmt.Errorf("hash password: %w", err)
	}
	return hash, nil
}

// passwordReplaced records the event, and deletes the counts of failed attempts
// with the old password.
func (s *Service) passwordReplaced(ctx context.Context, m store.Member, e store.Event) error {
	err := parallel.Do(
		func() error { return s.members.Note(ctx, m.Username, e) },
		func() error { return s.members.ClearAttempts(ctx, strangersKey(m.Username)) },
	)
	if err != nil {
		return fmt.Errorf("note password change: %w", err)
	}
	return nil
}

// Sessions returns the token's own session and all sessions of its member, oldest
// first.
func (s *Service) Sessions(ctx context.Context, token string) (own store.Session, all []store.Session, err error) {
	own, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return store.Session{}, nil, err
	}
	all, err = s.SessionsOf(ctx, m)
	return own, all, err
}

// SessionsOf returns the member's sessions, oldest first.
func (s *Service) SessionsOf(ctx context.Context, m store.Member) ([]store.Session, error) {
	all, err := s.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return nil, fmt.Errorf("list sessions: %w", err)
	}
	return s.tokens.Alive(all, m), nil
}

// LogOutEverywhere ends every session of the token's member, this one too.
func (s *Service) LogOutEverywhere(ctx context.Context, token string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	return s.EndSessions(ctx, m, LoggedOutEverywhere)
}

// EndSessions ends every session of the member, and records it as an event of
// this kind.
func (s *Service) EndSessions(ctx context.Context, m store.Member, kind store.EventKind) error {
	now := s.now()
	if err := s.members.VoidTokens(ctx, m.Username, m.PK, now); err != nil {
		return fmt.Errorf("void tokens: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(kind, now)); err != nil {
		return fmt.Errorf("note log-out: %w", err)
	}
	return s.tokens.End(ctx, m.Username, store.TokenID{})
}

// Activity returns a page of the activity of the token's member, newest first,
// after the cursor ("" for the newest), and the cursor of the next page, "" at
// the end.
func (s *Service) Activity(ctx context.Context, token, cursor string) (page []store.Event, next string, err error) {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return nil, "", err
	}
	page, next, err = s.members.ActivityOf(ctx, m.Username, cursor, activityPage)
	if err != nil {
		return nil, "", fmt.Errorf("list activity: %w", err)
	}
	return remembered(page, m, s.now()), next, nil
}

// wholeActivity bounds the entries that WholeActivity returns, and its reads of
// them.
const (
	wholeActivity = 10_000
	readAtOnce    = 1000
)

// WholeActivity returns the member's activity, newest first, up to 10,000 entries.
func WholeActivity(ctx context.Context, log store.ActivityLog, m store.Member, now time.Time) (all []store.Event, err error) {
	cursor := ""
	for range wholeActivity / readAtOnce {
		page, next, err := log.ActivityOf(ctx, m.Username, cursor, readAtOnce)
		if err != nil {
			return nil, fmt.Errorf("list activity: %w", err)
		}
		all = append(all, remembered(page, m, now)...)
		if next == "" {
			break
		}
		cursor = next
	}
	return all, nil
}

// remembered returns the entries that have not expired and that are not of an
// earlier member of the same name, by the time of their last event, newest first.
func remembered(events []store.Event, m store.Member, now time.Time) []store.Event {
	var left []store.Event
	for _, e := range events {
		if !now.Before(e.Expires) || e.At.Before(m.Created) {
			continue
		}
		if e.First.Before(m.Created) {
			e.First = m.Created
		}
		left = append(left, e)
	}
	slices.SortStableFunc(left, func(a, b store.Event) int { return b.At.Compare(a.At) })
	return left
}
