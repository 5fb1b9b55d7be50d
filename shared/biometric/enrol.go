package biometric

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/biometric/request"
	"systole/shared/ecg"
	"systole/shared/ecg/recording"
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
	files, err := s.recordings(ctx, session, e.Recording)
	if err != nil {
		return err
	}
	defer s.discard(ctx, session, e.Uploads)
	template, c, err := s.enrol(ctx, m, files, e.Recording)
	if err != nil {
		return err
	}
	measure.Add(ctx, "quality", measure.None, template.Quality())
	model, err := s.keep(ctx, m.PK, template, c, files)
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

// enrol makes the template, and what is to be remembered beside it: the
// recordings that it was made of, and all that were before.
func (s *Service) enrol(ctx context.Context, m store.Member, files [][]byte, asked request.Recording) (template *ecg.Template, c content, err error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return nil, c, fmt.Errorf("read keys: %w", err)
	}
	err = s.work(ctx, func() error {
		groups := recording.Group(files)
		readings := make([]*ecg.Reading, len(groups))
		for i, parts := range groups {
			if readings[i], err = s.read(parts, asked); err != nil {
				return err
			}
			print, err := printsOf(ring, m.PK, readings[i]).atRest()
			if err != nil {
				return fmt.Errorf("encode print: %w", err)
			}
			c.enrolled = append(c.enrolled, print)
		}
		template, err = ecg.EnrolReadings(readings...)
		return Refusal(err)
	})
	if err != nil {
		return nil, c, err
	}
	c.remember(s.remembered(ctx, m)...)
	return template, c, nil
}

// remembered is what the member's model and checks up to now have left. A model
// that can't be opened is no reason not to make a new one.
func (s *Service) remembered(ctx context.Context, m store.Member) [][]byte {
	if m.Template == nil {
		return nil
	}
	var all [][]byte
	if object, err := s.objects.Get(ctx, m.Template.Key); err == nil {
		if old, err := s.open(ctx, m.Template.Key, object); err == nil {
			all = old.content.prints()
		}
	}
	for _, id := range m.DigestIDs() {
		all = append(all, m.Digests[id])
	}
	return all
}

// keep writes the model's object and, where they are kept, the uploads, all at
// once, and returns the pointer to be.
func (s *Service) keep(ctx context.Context, pk int64, t *ecg.Template, c content, files [][]byte) (store.Template, error) {
	made := s.now()
	version, err := newVersion(made, s.rand)
	if err != nil {
		return store.Template{}, err
	}
	model := store.Template{
		Version:   version,
		Key:       store.TemplateKey(pk, version),
		Made:      made,
		Used:      made,
		Algorithm: t.Algorithm(),
		Quality:   t.Quality(),
	}
	sealed, err := s.seal(ctx, model.Key, t, c)
	if err != nil {
		return store.Template{}, err
	}
	puts := []func() error{func() error { return s.objects.Put(ctx, model.Key, sealed) }}
	if s.settings.KeepUploads {
		for i, file := range files {
			puts = append(puts, func() error { return s.objects.Put(ctx, store.EnrolledKey(pk, version, i), file) })
		}
	}
	if err := parallel.Do(puts...); err != nil {
		return store.Template{}, fmt.Errorf("store model: %w", err)
	}
	return model, nil
}

// point moves the member's pointer to model. When another enrolment was faster
// the later one wins, as if it had begun after the other was done.
func (s *Service) point(ctx context.Context, session store.Session, m store.Member, model store.Template) error {
	prints := m.DigestIDs() // the object holds these; those that came since stay
	for range maxMoves {
		replaced := ""
		if m.Template != nil {
			replaced = m.Template.Version
		}
		err := s.members.SetTemplate(ctx, m.Username, replaced, model, prints)
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
