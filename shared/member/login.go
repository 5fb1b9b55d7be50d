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

// LogIn returns the member and a new token. address is the caller's, empty for
// an unknown one. A wrong user name and a wrong password give the same
// fault.CredentialsInvalid after the same calls and time. Several failures in a
// row give fault.TooManyLogIns, and a hundred at places where the member never
// logged in fault.LogInElsewhere.
//
// It costs three calls in sequence.
func (s *Service) LogIn(ctx context.Context, name, password, address string) (store.Member, string, error) {
	at := s.now()
	password = norm.NFC.String(password)
	name, err := username(name)
	if err != nil {
		return store.Member{}, "", s.refuseImpossible(ctx, password, address, at)
	}
	m, counters, err := s.applicant(ctx, name, address, at)
	if err != nil {
		return store.Member{}, "", err
	}
	var others []store.Session
	err = parallel.Do(func() error {
		return s.admit(ctx, counters, at)
	}, func() (err error) {
		others, err = s.tokens.sessions.SessionsOf(ctx, name) // of a name without a member too: it takes the same time
		return err
	})
	if err != nil {
		return store.Member{}, "", err
	}
	if err := s.compare(ctx, m, password); err != nil {
		return store.Member{}, "", s.noteFailure(ctx, m, name, networkOf(address), err)
	}
	var token string
	err = parallel.Do(func() (err error) {
		token, err = s.tokens.issue(ctx, *m, NewEvent(LoggedIn, at), others)
		return err
	}, func() error {
		return s.succeed(ctx, counters)
	}, func() error {
		return s.recordNetwork(ctx, *m, networkOf(address), at)
	})
	if err != nil {
		return store.Member{}, "", err
	}
	return *m, token, nil
}

// applicant reads whose name it is, nil for a name without a member, and the
// counters that hold for it at this address. The errors are those of mayTry.
func (s *Service) applicant(ctx context.Context, name, address string, at time.Time) (*store.Member, []counter, error) {
	network := networkOf(address)
	known, strangers := knownCounter(name, network), strangerCounters(name, network, address)
	m, attempts, err := s.members.MemberWithAttempts(ctx, name, keysOf(append([]counter{known}, strangers...)))
	if err != nil {
		return nil, nil, fmt.Errorf("read member: %w", err)
	}
	if knows(m, network) {
		return m, []counter{known}, mayTry([]counter{known}, attempts[:1], at)
	}
	return m, strangers, mayTry(strangers, attempts[1:], at)
}

// refuseImpossible refuses a name that no member can have. Only the address is
// counted.
func (s *Service) refuseImpossible(ctx context.Context, password, address string, at time.Time) error {
	counters := []counter{addressCounter(address)}
	_, attempts, err := s.members.MemberWithAttempts(ctx, impossible, keysOf(counters))
	if err != nil {
		return fmt.Errorf("read attempts: %w", err)
	}
	if err := mayTry(counters, attempts, at); err != nil {
		return err
	}
	if err := s.admit(ctx, counters, at); err != nil {
		return err
	}
	return s.refuseUnknown(ctx, password)
}

// Names that no member has: a user name has no '#'.
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

// noteFailure tells the member of a failed log-in before it is answered, and
// returns why it failed. It was counted before. network is the caller's, "" for
// none. Of a name without a member, which may be any text, only one byte of its
// hash is stored: the same write, so that it takes the same time.
func (s *Service) noteFailure(ctx context.Context, m *store.Member, name, network string, why error) error {
	if !fault.Is(why, fault.CredentialsInvalid) {
		return why
	}
	e := NewEvent(LogInFailed, s.now())
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
	if known && at.Sub(last) < networkResolution {
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
