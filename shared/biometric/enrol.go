package biometric

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"systole/shared/biometric/request"
	"systole/shared/ecg"
	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// maxMoves is how often the pointer is tried to be moved when other enrolments
// of the same member come in between.
const maxMoves = 5

// MakeModel makes the model of the token's member from one or several
// recordings, and replaces the one there was.
//
// The objects are written before the pointer is moved: whenever it fails, the
// member has the model they had, and clean-up finds what was written.
func (s *Service) MakeModel(ctx context.Context, token string, e request.Enrolment) error {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	m, err := s.owner(ctx, session)
	if err != nil {
		return err
	}
	if err := s.mayEnrol(session, m); err != nil {
		return err
	}
	var template *ecg.Template
	err = s.work(ctx, func() error {
		template, err = s.enrol(e)
		return err
	})
	if err != nil {
		return err
	}
	measure.Add(ctx, "quality", measure.None, template.Quality())
	model, err := s.keep(ctx, m.PK, template, e.Files)
	if err != nil {
		return err
	}
	if err := s.point(ctx, session, m, model); err != nil {
		return err
	}
	note(ctx, func(ctx context.Context) error {
		return s.tokens.Touch(ctx, session, model.Key)
	}, func(ctx context.Context) error {
		return s.members.Note(ctx, m.Username, member.NewEvent(member.ModelMade, model.Made))
	})
	return nil
}

func (s *Service) enrol(e request.Enrolment) (*ecg.Template, error) {
	signals := make([]ecg.Signal, len(e.Files))
	for i, file := range e.Files {
		signal, err := s.read(file, e.RateHz)
		if err != nil {
			return nil, err
		}
		signals[i] = signal
	}
	template, err := ecg.Enrol(signals...)
	return template, refusal(err)
}

// keep writes the model's object and, where they are kept, the uploads, all at
// once, and returns the pointer to be.
func (s *Service) keep(ctx context.Context, pk int64, t *ecg.Template, files [][]byte) (member.Model, error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return member.Model{}, fmt.Errorf("read keys: %w", err)
	}
	made := s.now()
	version, err := newVersion(made, s.rand)
	if err != nil {
		return member.Model{}, err
	}
	model := member.Model{
		Version:   version,
		Key:       modelKey(pk, version),
		Made:      made,
		Used:      made,
		Algorithm: t.Algorithm(),
		Quality:   t.Quality(),
	}
	sealed, err := ring.Seal(model.Key, s.rand, func(seed [32]byte) ([]byte, error) { return t.Marshal(seed) })
	if err != nil {
		return member.Model{}, fmt.Errorf("seal template: %w", err)
	}
	puts := []func() error{func() error { return s.objects.Put(ctx, model.Key, sealed) }}
	if s.settings.KeepUploads {
		for i, file := range files {
			puts = append(puts, func() error { return s.objects.Put(ctx, uploadKey(pk, version, i), file) })
		}
	}
	if err := parallel.Do(puts...); err != nil {
		return member.Model{}, fmt.Errorf("store model: %w", err)
	}
	return model, nil
}

// point moves the member's pointer to model. When another enrolment was faster
// the later one wins, as if it had begun after the other was done.
func (s *Service) point(ctx context.Context, session member.Session, m member.Member, model member.Model) error {
	for range maxMoves {
		replaced := ""
		if m.Model != nil {
			replaced = m.Model.Version
		}
		err := s.members.SetModel(ctx, m.Username, replaced, model)
		if err == nil {
			return nil
		}
		if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("set model: %w", err)
		}
		if m, err = s.owner(ctx, session); err != nil {
			return err
		}
	}
	return fault.New(fault.Conflict)
}

// Lengths of a version in bytes: milliseconds since 1970, and chance.
const (
	versionTime   = 6
	versionRandom = 10
)

// newVersion returns a word that no other model has, and that sorts by time.
func newVersion(at time.Time, random io.Reader) (string, error) {
	var b [versionTime + versionRandom]byte
	ms := at.UnixMilli()
	for i := range versionTime {
		b[i] = byte(ms >> (8 * (versionTime - 1 - i)))
	}
	if _, err := io.ReadFull(random, b[versionTime:]); err != nil {
		return "", fmt.Errorf("draw version: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}

func modelKey(pk int64, version string) string {
	return "models/" + strconv.FormatInt(pk, 10) + "/" + version
}

// uploadKey is where the nth file of an enrolment lies. Nothing that the client
// says, such as a file name, is part of it.
func uploadKey(pk int64, version string, n int) string {
	return "uploads/" + strconv.FormatInt(pk, 10) + "/" + version + "/" + strconv.Itoa(n)
}
