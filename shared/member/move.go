package member

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strconv"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// Account is the account of a member who moves here from another server.
type Account struct {
	PK           int64 // stays the same
	PasswordHash string
	Joined       time.Time
	Registration // without password and address
	Tokens       []Credential
}

// Credential is a token that another server issued.
type Credential struct {
	Token  string
	Issued time.Time
}

// Errors of a move.
var (
	ErrMoved   = errors.New("moved already")
	ErrPKTaken = errors.New("another member has the pk")
)

// mover claims the blocks of the PKs of moved members.
const mover = "moved"

// Moves moves members here from another server.
type Moves struct {
	*Service
	pks PKReader
}

// PKReader finds a member by pk.
type PKReader interface {
	// MemberByPK returns the member with this pk, or store.ErrNotFound.
	MemberByPK(ctx context.Context, pk int64) (store.Member, error)
}

// NewMoves returns Moves. Only they ask for members by pk.
func NewMoves(s *Service, pks PKReader) Moves { return Moves{s, pks} }

// Move adds the member of the account, with the tokens, whose lifetimes follow
// the limits here. ErrMoved is for a member who was moved before: nothing is
// written then, so that neither a token that has ended since nor a member who
// left comes back. With dry nothing is written at all.
//
// The errors are those of the fields, fault.UsernameTaken and ErrPKTaken. The row
// is written last: a move that fails midway can be repeated.
func (s Moves) Move(ctx context.Context, a Account, dry bool) error {
	m, err := s.moved(a)
	if err != nil {
		return err
	}
	err = s.mayMove(ctx, m)
	if errors.Is(err, ErrMoved) && !dry {
		return errors.Join(s.mark(ctx, m.PK), err) // an earlier move may have failed before the mark
	}
	if err != nil || dry {
		return err
	}
	if err := s.KeepPK(ctx, m.PK); err != nil {
		return err
	}
	now := s.now()
	event := NewEvent(MovedHere, now)
	for _, c := range a.Tokens {
		session := store.Session{
			ID: sha256.Sum256([]byte(c.Token)), Username: m.Username, PK: m.PK,
			Issued: c.Issued, Used: now, Expires: now.Add(s.tokens.limits.Lifetime),
			Due: s.tokens.limits.firstEnd(now),
		}
		if err := s.tokens.sessions.CreateSession(ctx, session, event, nil); err != nil {
			return fmt.Errorf("create session: %w", err)
		}
	}
	if len(a.Tokens) == 0 {
		if err := s.members.Note(ctx, m.Username, event); err != nil {
			return fmt.Errorf("note move: %w", err)
		}
	}
	err = s.members.CreateMember(ctx, m)
	if errors.Is(err, store.ErrExists) {
		return fault.New(fault.UsernameTaken)
	}
	if err != nil {
		return fmt.Errorf("create member: %w", err)
	}
	return s.mark(ctx, m.PK)
}

// KeepPK reserves the pk of a member from another server, so that no sign-up
// draws it, or returns ErrPKTaken.
func (s *Service) KeepPK(ctx context.Context, pk int64) error {
	block := pk / pkBlockSize
	if block == 0 { // none is drawn from it
		return nil
	}
	err := s.members.ClaimPKBlock(ctx, block, mover)
	if errors.Is(err, store.ErrExists) {
		return ErrPKTaken
	}
	if err != nil {
		return fmt.Errorf("claim pk: %w", err)
	}
	return nil
}

// moved returns the member of an account, or the fault of the first field that
// breaks a rule. A password that another server accepted is accepted.
func (s Moves) moved(a Account) (m store.Member, err error) {
	if a.PK <= 0 || a.PK >= pkBlocks*pkBlockSize {
		return m, invalid("pk")
	}
	if m.Username, err = username(a.Username); err != nil {
		return m, err
	}
	if err := details(&m, a.Registration); err != nil {
		return m, err
	}
	for _, c := range a.Tokens {
		if _, err := idOf(c.Token); err != nil {
			return m, err
		}
	}
	m.PK, m.PasswordHash, m.Created = a.PK, a.PasswordHash, a.Joined
	if m.Created.IsZero() || m.Created.After(s.now()) {
		m.Created = s.now()
	}
	return m, nil
}

// mayMove returns ErrMoved for a member who was moved before, and
// fault.UsernameTaken or ErrPKTaken if another member has the name or the pk.
func (s Moves) mayMove(ctx context.Context, m store.Member) error {
	here, marks, err := s.members.MemberWithAttempts(ctx, m.Username, []string{movedKey(m.PK)})
	switch {
	case err != nil:
		return fmt.Errorf("read member: %w", err)
	case here != nil && here.PK == m.PK, marks[0].Failures > 0:
		return ErrMoved
	case here != nil:
		return fault.New(fault.UsernameTaken)
	}
	_, err = s.pks.MemberByPK(ctx, m.PK)
	switch {
	case err == nil:
		return ErrPKTaken
	case !errors.Is(err, store.ErrNotFound):
		return fmt.Errorf("read member: %w", err)
	}
	return nil
}

// markKeep is the lifetime of the mark of a move. The mark is a count of attempts
// that practically never expires, so that a member who left isn't moved again.
const markKeep = 100 * 365 * 24 * time.Hour

func movedKey(pk int64) string { return attemptsKey("moved", strconv.FormatInt(pk, 10)) }

func (s Moves) mark(ctx context.Context, pk int64) error {
	now := s.now()
	err := s.members.AdmitAttempt(ctx, movedKey(pk), store.Backoff{Most: 1}, now, now.Add(markKeep))
	if err != nil && !errors.Is(err, store.ErrConflict) { // marked before
		return fmt.Errorf("mark as moved: %w", err)
	}
	return nil
}
