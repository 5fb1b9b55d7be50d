package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// LogIn returns the member and a new token for the caller. A wrong user name and
// a wrong password give the same fault.CredentialsInvalid after the same calls
// and time. Several failures in a row give fault.TooManyLogIns, and a hundred at
// places where the member never logged in fault.LogInElsewhere.
//
// It costs three calls in sequence.
func (s *Service) LogIn(ctx context.Context, name, password string, from Caller) (store.Member, string, error) {
	at := s.now()
	name, err := username(name)
	if err != nil {
		if err := s.admitImpossible(ctx, from.Address, at); err != nil {
			return store.Member{}, "", err
		}
		return store.Member{}, "", s.refuseUnknown(ctx, password)
	}
	m, counters, err := s.applicant(ctx, name, from.Address, at)
	if err != nil {
		return store.Member{}, "", err
	}
	var others []store.Session
	err = parallel.Do(func() error {
		return s.admit(ctx, counters, at)
	}, func() (err error) {
		others, err = s.tokens.sessions.SessionsOf(ctx, name) // for a name without a member, too: it takes the same time
		return err
	})
	if err != nil {
		return store.Member{}, "", err
	}
	if err := s.compare(ctx, m, password); err != nil {
		return store.Member{}, "", s.noteFailure(ctx, m, name, networkOf(from.Address), err)
	}
	var token string
	err = parallel.Do(func() (err error) {
		token, err = s.tokens.issue(ctx, *m, from, NewEvent(LoggedIn, at), others)
		return err
	}, func() error {
		return s.succeed(ctx, counters)
	}, func() error {
		return s.recordNetwork(ctx, *m, networkOf(from.Address), at)
	})
	if err != nil {
		return store.Member{}, "", err
	}
	return *m, token, nil
}

// applicant returns the member of a name, nil if there is none, and the counters
// that apply to it at this address. The errors are those of mayTry.
func (s *Service) applicant(ctx context.Context, name, address string, at time.Time) (*store.Member, []counter, error) {
	network := networkOf(address)
	known, strangers := knownCounter(name, network), strangerCounters(name, network, address)
	m, attempts, err := s.members.MemberWithAttempts(ctx, name, keysOf(append([]counter{known}, strangers...)))
	if err != nil {
		return nil, nil, fmt.Errorf("read member: %w", err)
	}
	if knows(m, network) {
		return m, []counter{known}, mayTry([]counter{known}, attempts, at)
	}
	return m, strangers, mayTry(strangers, attempts[1:], at)
}

// admitImpossible counts an attempt for a name that no member can have, under the
// address alone. The errors are those of mayTry.
func (s *Service) admitImpossible(ctx context.Context, address string, at time.Time) error {
	counters := []counter{addressCounter(address)}
	_, attempts, err := s.members.MemberWithAttempts(ctx, impossible, keysOf(counters))
	if err != nil {
		return fmt.Errorf("read attempts: %w", err)
	}
	if err := mayTry(counters, attempts, at); err != nil {
		return err
	}
	return s.admit(ctx, counters, at)
}

// Words in the place of a name for which there is no member: a user name has no
// '#'.
const (
	impossible = "#impossible"
	nobody     = "#nobody:" // before a byte of a hash
)

// refuseUnknown returns fault.CredentialsInvalid for a name without a member,
// after the time that a wrong password takes.
func (s *Service) refuseUnknown(ctx context.Context, password string) error {
	if err := s.hasher.VerifyNone(ctx, password); err != nil {
		return err
	}
	return fault.New(fault.CredentialsInvalid)
}

// compare returns fault.CredentialsInvalid unless the password is m's. m is nil
// for a name without a member. A hash of another cost is replaced. Passwords are
// compared in NFC; against a hash from another server, also as they were typed.
func (s *Service) compare(ctx context.Context, m *store.Member, typed string) error {
	password := norm.NFC.String(typed)
	if m == nil {
		return s.refuseUnknown(ctx, password)
	}
	ok, stale, err := s.hasher.Verify(ctx, m.PasswordHash, password)
	if err == nil && !ok && stale && typed != password {
		ok, stale, err = s.hasher.Verify(ctx, m.PasswordHash, typed)
	}
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

// noteFailure records a failed attempt for the member before it is answered, and
// returns the reason of the failure. The attempt was counted before. network is
// the caller's, "" if unknown. For a name without a member, which may be any
// text, only one byte of its hash is stored: the same write, so that it takes the
// same time.
func (s *Service) noteFailure(ctx context.Context, m *store.Member, name, network string, why error) error {
	var kind store.EventKind
	switch {
	case fault.Is(why, fault.CredentialsInvalid):
		kind = LogInFailed
	case fault.Is(why, fault.RecoveryInvalid):
		kind = RecoveryFailed
	default:
		return why
	}
	e := NewEvent(kind, s.now())
	if network != "" {
		e.Networks = []string{networkMark(m, network)}
	}
	if m == nil {
		h := sha256.Sum256([]byte(name))
		name = nobody + hex.EncodeToString(h[:1])
	}
	if err := s.members.Note(ctx, name, e); err != nil {
		return fmt.Errorf("note log-in: %w", err)
	}
	return why
}

// recordNetwork records that the member logged in from a network, if the last
// record is old.
func (s *Service) recordNetwork(ctx context.Context, m store.Member, network string, at time.Time) error {
	if network == "" {
		return nil
	}
	id := networkID(m.PK, network)
	last, known := m.Networks[id]
	if at.Sub(last) < networkResolution {
		return nil
	}
	var forget []string
	if !known {
		forget = forgotten(m.Networks)
	}
	err := s.members.RecordNetwork(ctx, m.Username, m.PK, id, at, forget)
	if err != nil && !errors.Is(err, store.ErrConflict) { // deleted meanwhile
		return fmt.Errorf("record network: %w", err)
	}
	return nil
}
