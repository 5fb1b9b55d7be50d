package member

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"

	"systole/shared/fault"
	"systole/shared/store"
)

// shownOfID is the number of bytes of a session's id that name it.
const shownOfID = 8

// SessionName names a session to its member without revealing its token: it is a
// part of the token's hash.
func SessionName(id store.TokenID) string { return hex.EncodeToString(id[:shownOfID]) }

// EndSession ends one session of the token's member, by its SessionName, the
// token's own one too. The error is fault.SessionUnknown for a session that has
// ended, or is another member's.
func (s *Service) EndSession(ctx context.Context, token, name string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	return s.EndSessionOf(ctx, m, name, SessionEnded)
}

// EndSessionOf is EndSession for a given member, recorded as an event of this
// kind.
func (s *Service) EndSessionOf(ctx context.Context, m store.Member, name string, kind store.EventKind) error {
	all, err := s.SessionsOf(ctx, m)
	if err != nil {
		return err
	}
	for _, session := range all {
		if SessionName(session.ID) == name {
			return s.end(ctx, session, kind)
		}
	}
	return fault.New(fault.SessionUnknown)
}

func (s *Service) end(ctx context.Context, session store.Session, kind store.EventKind) error {
	err := s.tokens.sessions.EndSession(ctx, session.ID, session.PK)
	if errors.Is(err, store.ErrNotFound) {
		return fault.New(fault.SessionUnknown)
	}
	if err != nil {
		return fmt.Errorf("end session: %w", err)
	}
	if err := s.members.Note(ctx, session.Username, NewEvent(kind, s.now())); err != nil {
		return fmt.Errorf("note end of session: %w", err)
	}
	return nil
}

// EndOtherSessions ends every session of the token's member except the token's
// own.
func (s *Service) EndOtherSessions(ctx context.Context, token string) error {
	session, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	now := s.now()
	// All sessions are void from here on. If this one can't be kept, the member logs
	// in again.
	err = s.members.VoidTokens(ctx, m.Username, m.PK, now)
	if err == nil {
		err = s.tokens.sessions.KeepSession(ctx, session.ID, now)
	}
	if errors.Is(err, store.ErrConflict) || errors.Is(err, store.ErrNotFound) { // the account, or the session, ended meanwhile
		return fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return fmt.Errorf("void other tokens: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(OthersLoggedOut, now)); err != nil {
		return fmt.Errorf("note log-out: %w", err)
	}
	return s.tokens.End(ctx, m.Username, session.ID)
}
