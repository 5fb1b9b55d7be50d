// Package biometric enrols members, reports whether a member has a template,
// verifies probes against it, and deletes it. It is independent of HTTP and AWS;
// signal processing is behind the port [Engine].
//
// policy.go holds the requirements and limits of enrolments and checks.
package biometric

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/parallel"
	"systole/shared/store"
)

// Members is the part of the store of members that this package uses.
type Members interface {
	store.MemberReader
	store.TemplateWriter
	store.ProbeRegistry
	store.UploadRegistry
	store.EventWriter
	store.LeftoverWriter
}

// Objects is the part of the store of objects that this package uses.
type Objects interface {
	store.ObjectReader
	store.ObjectWriter
	store.ObjectEraser
}

// Keys are the service's secrets.
type Keys interface {
	// Ring returns the keys that templates are sealed with. It may have to fetch
	// them.
	Ring(ctx context.Context) (protect.Ring, error)
}

// Tokens is the part of package member that this package uses.
type Tokens interface {
	// Authenticate returns the session of a token, or fault.TokenInvalid.
	Authenticate(ctx context.Context, token string) (store.Session, error)
	// Confirm returns fault.TokenInvalid when the session isn't the member's.
	Confirm(s store.Session, m store.Member) error
	// Touch notes the session's use and the template that it saw.
	Touch(ctx context.Context, s store.Session, templateKey string) error
	// Prove notes on the session that a check was accepted.
	Prove(ctx context.Context, s store.Session) error
	// ConsumeChallenge consumes the session's challenge, or returns
	// fault.ChallengeInvalid.
	ConsumeChallenge(ctx context.Context, s store.Session, nonce string) error
}

// Settings are the choices of a deployment.
type Settings struct {
	// FMR is the false match rate that checks decide at.
	FMR FMR
	// KeepUploads says whether the files of an enrolment are stored until clean-up
	// deletes them. Those of a check never are.
	KeepUploads bool
	// OrphansAfter is the age from which clean-up erases a template without a pointer:
	// longer than a request takes.
	OrphansAfter time.Duration
	// Consent is the version of the text that a member has to agree to before an
	// enrolment; empty where consent is optional.
	Consent string
	// Challenge says whether a check must bring a nonce.
	Challenge bool
	// Parallel bounds the requests whose recordings are processed at once: each
	// takes a core and some 50 MB for ten minutes of signal. As many light ones are
	// processed beside them, and wait for none of them.
	Parallel int
}

// Service enrols members and verifies probes.
type Service struct {
	tokens   Tokens
	members  Members
	objects  Objects
	keys     Keys
	engine   Engine
	settings Settings
	slots    parallel.Slots
	light    parallel.Slots // for recordings that cost little
	now      func() time.Time
	rand     io.Reader
}

// NewService returns a Service. random must be safe for concurrent use and, but
// for tests, crypto/rand's.
func NewService(tokens Tokens, members Members, objects Objects, keys Keys, engine Engine, s Settings, now func() time.Time, random io.Reader) *Service {
	return &Service{
		tokens: tokens, members: members, objects: objects, keys: keys, engine: engine, settings: s,
		slots: parallel.NewSlots(s.Parallel), light: parallel.NewSlots(s.Parallel), now: now, rand: random,
	}
}

// owner reads the session's member. The error is fault.TokenInvalid for a session
// that is no longer the member's.
func (s *Service) owner(ctx context.Context, session store.Session) (store.Member, error) {
	m, err := s.members.Member(ctx, session.Username)
	return s.confirmed(session, m, err)
}

// confirmed returns the member that was read for a session, or fault.TokenInvalid
// for a session that isn't the member's. err is the error of the read.
func (s *Service) confirmed(session store.Session, m store.Member, err error) (store.Member, error) {
	if errors.Is(err, store.ErrNotFound) {
		return store.Member{}, fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return store.Member{}, fmt.Errorf("read member: %w", err)
	}
	return m, s.tokens.Confirm(session, m)
}

// ring fetches the keys.
func (s *Service) ring(ctx context.Context) (protect.Ring, error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return ring, fmt.Errorf("read keys: %w", err)
	}
	return ring, nil
}

// isLight reports whether a submission costs little. An upload is never light.
func (s *Service) isLight(submitted Submission) bool {
	return len(submitted.Uploads) == 0 && s.engine.Light(submitted.Files)
}

// work runs f, which needs a core for a while, on the files of a submission. It
// waits for a free slot before it fetches uploads, so that a waiting request
// takes no memory. If ctx ends before or while f runs, the error is
// fault.Unavailable: the caller is gone, so nothing may be stored.
func (s *Service) work(ctx context.Context, session store.Session, submitted Submission, f func(files [][]byte) error) error {
	slots := s.slots
	if s.isLight(submitted) {
		slots = s.light
	}
	leave, err := slots.Enter(ctx)
	if err != nil {
		return fault.New(fault.Unavailable).Because(err)
	}
	defer leave()
	files, err := s.files(ctx, session, submitted)
	if err != nil {
		return err
	}
	end := measure.Step(ctx, "signal")
	err = f(files)
	end()
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fault.New(fault.Unavailable).Because(err)
	}
	return nil
}

// bestEffortLimit bounds the time that an answer waits for writes that don't
// change it: longer than a healthy store takes, shorter than a person notices.
const bestEffortLimit = time.Second

// bestEffort runs writes whose failure doesn't change the answer: they write a
// hint, or the next request repeats them.
func bestEffort(ctx context.Context, writes ...func(context.Context) error) {
	ctx, cancel := context.WithTimeout(ctx, bestEffortLimit)
	defer cancel()
	var calls []func() error
	for _, write := range writes {
		calls = append(calls, func() error { return write(ctx) })
	}
	_ = parallel.Do(calls...)
}
