package biometric

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/ecg"
	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/parallel"
	"systole/shared/store"
)

// Tokens is what this package needs of package member.
type Tokens interface {
	// Authenticate returns the session of a token, or fault.TokenInvalid.
	Authenticate(ctx context.Context, token string) (store.Session, error)
	// Confirm returns fault.TokenInvalid when the session isn't the member's.
	Confirm(s store.Session, m store.Member) error
	// Touch notes the session's use and the model that it saw.
	Touch(ctx context.Context, s store.Session, modelKey string) error
	// ConsumeChallenge consumes the session's challenge, or returns fault.ChallengeInvalid.
	ConsumeChallenge(ctx context.Context, s store.Session, nonce string) error
}

// Settings of a Service.
type Settings struct {
	// FMR is the share of strangers that a check may let through.
	FMR ecg.FMR
	// DefaultRateHz is the sampling rate of recordings that come without one,
	// 0 to tell it from the signal, where that is safe, or refuse them.
	DefaultRateHz float64
	// KeepUploads says whether enrolments are stored beside the model made of
	// them, until clean-up takes them. Recordings of a check never are.
	KeepUploads bool
	// Adapt says whether a model takes in what a strong match shows of the heart
	// today, once a day at most. Hearts change; so that nobody else's can creep
	// in, package ecg bounds it.
	Adapt bool
	// Consent is the version of the text that has to be agreed to before an
	// enrolment; empty where the service doesn't ask.
	Consent string
	// Challenge says whether a check must bring a nonce.
	Challenge bool
	// AllowReplays compares recordings that were used before, and such as no heart
	// gives, like any other: for measurements.
	AllowReplays bool
	// Parallel is how many recordings are worked on at once: each takes a core
	// and some 50 MB for ten minutes of signal.
	Parallel int
}

// Service makes models and checks recordings against them.
type Service struct {
	tokens   Tokens
	members  Members
	objects  Objects
	keys     Keys
	settings Settings
	slots    chan struct{}
	now      func() time.Time
	rand     io.Reader
}

// NewService returns a Service. random must be safe for concurrent use; nil is
// crypto/rand's.
func NewService(tokens Tokens, members Members, objects Objects, keys Keys, s Settings, now func() time.Time, random io.Reader) *Service {
	if random == nil {
		random = rand.Reader
	}
	return &Service{
		tokens: tokens, members: members, objects: objects, keys: keys, settings: s,
		slots: make(chan struct{}, max(1, s.Parallel)), now: now, rand: random,
	}
}

// owner reads the session's member, or returns fault.TokenInvalid when the
// session isn't theirs any more.
func (s *Service) owner(ctx context.Context, session store.Session) (store.Member, error) {
	m, err := s.members.Member(ctx, session.Username)
	return s.confirmed(session, m, err)
}

// confirmed passes on a member that was read for a session, if it is theirs.
func (s *Service) confirmed(session store.Session, m store.Member, err error) (store.Member, error) {
	if errors.Is(err, store.ErrNotFound) {
		return store.Member{}, fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return store.Member{}, fmt.Errorf("read member: %w", err)
	}
	return m, s.tokens.Confirm(session, m)
}

// work runs f, which needs a core for a while, when there is a free slot. When
// ctx ends first, or while f ran, the error is fault.Unavailable: nobody is
// waiting for the outcome, so nothing is to be stored.
func (s *Service) work(ctx context.Context, f func() error) error {
	select {
	case s.slots <- struct{}{}:
		defer func() { <-s.slots }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable).Because(fmt.Errorf("wait for a free slot: %w", ctx.Err()))
	}
	end := measure.Step(ctx, "signal")
	err := f()
	end()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Unavailable).Because(err)
	}
	return nil
}

// noteLimit is how long the answer waits for what is only noted.
const noteLimit = time.Second

// note runs functions whose success is no part of the answer: what they note
// is a hint, or is noted again by the next request.
func note(ctx context.Context, fs ...func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, noteLimit)
	defer cancel()
	var calls []func() error
	for _, f := range fs {
		calls = append(calls, func() error { return f(ctx) })
	}
	_ = parallel.Do(calls...)
}
