package member

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// maxAge bounds a stated age in years: above any person's.
const maxAge = 150

// Registration is the content of a sign-up.
type Registration struct {
	Username string
	Password string
	Name     string
	Age      *int   // years, optional
	Gender   string // male, female or empty
	Caller
}

// Caller is the program that signs up or logs in, as far as it is known.
type Caller struct {
	Address string // empty for an unknown one
	Client  store.Client
	// Token is the token that the session gets, drawn by the caller; empty for one
	// that Tokens draws.
	Token string
}

// Hasher hashes passwords. A wait for a free slot ends with ctx, as
// fault.Unavailable.
type Hasher interface {
	// Hash returns a password's hash with its salt and cost.
	Hash(ctx context.Context, password string) (stored string, err error)
	// Verify reports whether stored is the password's hash, and whether it is
	// stale: of another cost than new hashes.
	Verify(ctx context.Context, stored, password string) (ok, stale bool, err error)
	// VerifyNone takes as long as Verify, for a user name without a member.
	VerifyNone(ctx context.Context, password string) error
}

// Service signs members up and logs them in.
type Service struct {
	members Store
	tokens  *Tokens
	hasher  Hasher
	pks     *pkSource
	now     func() time.Time
	rand    io.Reader
}

// NewService returns a Service. rand must be safe for concurrent use.
func NewService(members Store, tokens *Tokens, hasher Hasher, now func() time.Time, rand io.Reader) *Service {
	return &Service{members: members, tokens: tokens, hasher: hasher, pks: newPKSource(members, rand), now: now, rand: rand}
}

// SignUp adds a member and logs them in. It costs three writes in sequence, and
// sometimes one more, beside the hash. The errors are those of the fields,
// fault.UsernameTaken and, after many sign-ups from one address,
// fault.TooManySignUps.
func (s *Service) SignUp(ctx context.Context, r Registration) (store.Member, string, error) {
	m, password, err := s.validated(r)
	if err != nil {
		return store.Member{}, "", err
	}
	if err := s.admitSignUp(ctx, r.Address, m.Created); err != nil {
		return store.Member{}, "", err
	}
	if m.PK, m.PasswordHash, err = s.drawAndHash(ctx, password); err != nil {
		return store.Member{}, "", err
	}
	if network := networkOf(r.Address); network != "" {
		m.Networks = map[string]time.Time{networkID(m.PK, network): m.Created}
	}
	err = s.members.CreateMember(ctx, m)
	if errors.Is(err, store.ErrExists) {
		return store.Member{}, "", fault.New(fault.UsernameTaken)
	}
	if err != nil {
		return store.Member{}, "", fmt.Errorf("create member: %w", err)
	}
	token, err := s.tokens.issue(ctx, m, r.Caller, NewEvent(SignedUp, m.Created), nil)
	if err != nil {
		return store.Member{}, "", err
	}
	return m, token, nil
}

// admitSignUp counts a sign-up from the address, or returns fault.TooManySignUps
// with the time to wait. The count belongs to the address, not to a person: it
// stays whether or not the sign-up succeeds.
func (s *Service) admitSignUp(ctx context.Context, address string, at time.Time) error {
	key := attemptsKey("sign-ups", address)
	err := s.members.AdmitAttempt(ctx, key, ofSignUps.Backoff, at, at.Add(ofSignUps.forgotten))
	if err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("count sign-up: %w", err)
	}
	if err == nil {
		return nil
	}
	_, attempts, err := s.members.MemberWithAttempts(ctx, impossible, []string{key})
	if err != nil {
		return fmt.Errorf("read sign-ups: %w", err)
	}
	wait := max(raceWait, attempts[0].FailedAt.Add(ofSignUps.Wait(attempts[0].Failures)).Sub(at))
	return fault.New(fault.TooManySignUps, "seconds", int(math.Ceil(wait.Seconds()))).After(wait)
}

// validated returns the member of a registration, without pk and hash, and the
// password in NFC, or the fault of the first field that breaks a rule.
func (s *Service) validated(r Registration) (m store.Member, password string, err error) {
	if m.Username, err = username(r.Username); err != nil {
		return store.Member{}, "", err
	}
	if password, err = newPassword(r.Password, m.Username, r.Name); err != nil {
		return store.Member{}, "", err
	}
	if err := details(&m, r); err != nil {
		return store.Member{}, "", err
	}
	m.Created = s.now()
	return m, password, nil
}

// details sets name, age and gender, or returns the fault of the first that
// breaks a rule.
func details(m *store.Member, r Registration) (err error) {
	if m.Name, err = displayName(r.Name); err != nil {
		return err
	}
	if r.Age != nil && (*r.Age < 0 || *r.Age > maxAge) {
		return invalid("age")
	}
	m.Age, m.Gender = r.Age, store.Gender(r.Gender)
	if m.Gender != "" && m.Gender != store.Male && m.Gender != store.Female {
		return invalid("gender")
	}
	return nil
}

// drawAndHash concurrently draws a PK, which may need the store, and hashes the
// password.
func (s *Service) drawAndHash(ctx context.Context, password string) (pk int64, hash string, err error) {
	drawn := make(chan error, 1)
	go func() {
		var err error
		pk, err = s.pks.Next(ctx)
		drawn <- err
	}()
	hash, err = s.hasher.Hash(ctx, password)
	err = errors.Join(<-drawn, err) // pk is set only after this
	return pk, hash, err
}

// rehash replaces a hash of another cost. Its failure does not fail the log-in:
// the next one tries again.
func (s *Service) rehash(ctx context.Context, m *store.Member, password string) {
	hash, err := s.hasher.Hash(ctx, password)
	if err != nil {
		return
	}
	if err := s.members.ReplacePassword(ctx, m.Username, m.PasswordHash, hash, time.Time{}); err != nil {
		return
	}
	m.PasswordHash = hash
}
