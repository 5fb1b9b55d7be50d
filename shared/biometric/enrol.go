package biometric

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/store"
)

// Enrol makes a template of the token's member from one or several recordings,
// and replaces the previous one. The errors are those of mayEnrol, the faults of
// the recordings, and fault.Conflict when the template was removed or consent
// withdrawn meanwhile.
//
// The objects are written before the pointer is moved: if it fails in between,
// the member keeps the previous template, and clean-up deletes the new objects.
func (s *Service) Enrol(ctx context.Context, token string, e Enrolment) error {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	m, err := s.owner(ctx, session)
	if err != nil {
		return err
	}
	if err := s.settings.mayEnrol(session, m, s.now()); err != nil {
		return err
	}
	if err := awaited(m, e.Uploads, s.now()); err != nil {
		return err
	}
	defer s.discard(ctx, session, e.Uploads)
	made, err := s.makeTemplate(ctx, session, e.Submission)
	if err != nil {
		return err
	}
	measure.Add(ctx, "quality", measure.None, made.Quality())
	// The owner learns of every enrolment, of one too that fails from here on.
	if err := s.members.Note(ctx, m.Username, member.NewEvent(member.ModelMade, s.now())); err != nil {
		return fmt.Errorf("note enrolment: %w", err)
	}
	key, err := s.adopt(ctx, session, m, made)
	if err != nil {
		return err
	}
	bestEffort(ctx, func(ctx context.Context) error { return s.tokens.Touch(ctx, session, key) })
	return nil
}

// made is a new template and the files and digests of its recordings.
type made struct {
	Template
	files   [][]byte
	digests [][]byte // of the recordings, at rest
}

// makeTemplate makes a template of a submission, for the session's member.
func (s *Service) makeTemplate(ctx context.Context, session store.Session, submitted Submission) (made, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return made{}, err
	}
	var t made
	err = s.work(ctx, session, submitted, func(files [][]byte) error {
		t.files = files
		var readings []Reading
		for _, recording := range s.engine.Group(ctx, files) {
			r, err := recording.Read(submitted.Hints)
			if err != nil {
				return err
			}
			d, err := digestAtRest(digestKeys(ring, session.PK), r)
			if err != nil {
				return err
			}
			readings = append(readings, r)
			t.digests = append(t.digests, d)
		}
		t.Template, err = s.engine.Enrol(EnrolmentNeed, readings)
		return err
	})
	return t, err
}

// adopt makes a template the member's, and returns its object's key. Of several
// concurrent enrolments the last one wins, as if it had begun after the others
// were done, and keeps their digests. After a removal it loses. The objects of an
// enrolment that lost are erased.
func (s *Service) adopt(ctx context.Context, session store.Session, m store.Member, t made) (key string, err error) {
	for range maxConflicts {
		c, archived, err := s.registry().of(ctx, m)
		if err != nil {
			return "", err
		}
		c.enrol(t.digests...)
		pointer, err := s.storeTemplate(ctx, m, t.Template, c, t.files)
		if err != nil {
			return "", err
		}
		err = s.members.SetTemplate(ctx, m, pointer, archived)
		if err == nil {
			s.registry().erase(ctx, m.MemoryKey)
			return pointer.Key, nil
		}
		if !errors.Is(err, store.ErrConflict) { // it may have been written
			return "", fmt.Errorf("set model: %w", err)
		}
		s.abandon(ctx, m.PK, pointer)
		now, err := s.owner(ctx, session)
		if err != nil {
			return "", err
		}
		if !now.Removed.Equal(m.Removed) {
			return "", fault.New(fault.Conflict)
		}
		if err := s.settings.mayEnrol(session, now, s.now()); err != nil {
			return "", err
		}
		m = now
	}
	return "", fault.New(fault.Conflict)
}

// abandon erases the objects written for a pointer that wasn't moved.
func (s *Service) abandon(ctx context.Context, pk int64, pointer store.Template) {
	bestEffort(ctx,
		func(ctx context.Context) error { return s.objects.EraseThrough(ctx, pointer.Key, "") },
		func(ctx context.Context) error {
			return s.objects.Erase(ctx, store.EnrolledPrefix(pk, pointer.Version))
		},
	)
}

func (s *Service) registry() registry { return registry{s.objects, s.keys, s.rand} }

// one is the only recording of the files, else fault.TooManyFiles.
func (s *Service) one(ctx context.Context, files [][]byte) (Recording, error) {
	recordings := s.engine.Group(ctx, files)
	if len(recordings) != 1 {
		return nil, fault.New(fault.TooManyFiles)
	}
	return recordings[0], nil
}
