package biometric

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/store"
)

// Enrol makes a template of the token's member from one or several recordings,
// and replaces the previous one, or adds them to it as another day. The errors are
// those of mayEnrol and mayAdd, the faults of the recordings, and fault.Conflict
// when the template was removed or consent withdrawn meanwhile.
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
	if err := s.mayMake(session, m, e); err != nil {
		return err
	}
	if err := awaited(m, e.Uploads, s.now()); err != nil {
		return err
	}
	defer s.discard(ctx, session, e.Uploads)
	read, err := s.readEnrolment(ctx, session, e)
	if err != nil {
		return err
	}
	made, m, err := s.make(ctx, session, m, read)
	if err != nil {
		return err
	}
	measure.Add(ctx, "quality", measure.None, made.Deciding().Quality())
	// The owner learns of every enrolment, including one that fails from here on.
	kind := member.ModelMade
	if e.Add {
		kind = member.ModelDayAdded
	}
	if err := s.members.Note(ctx, m.Username, member.NewEvent(kind, s.now())); err != nil {
		return fmt.Errorf("note enrolment: %w", err)
	}
	key, err := s.adopt(ctx, session, m, made, read)
	if err != nil {
		return err
	}
	bestEffort(ctx, func(ctx context.Context) error { return s.tokens.Touch(ctx, session, key) })
	return nil
}

// mayMake returns the error that forbids the session to enrol now, nil for none.
func (s *Service) mayMake(session store.Session, m store.Member, e Enrolment) error {
	if err := s.settings.mayEnrol(session, m, s.now()); err != nil {
		return err
	}
	if e.Add {
		return mayAdd(m, s.now())
	}
	return nil
}

// readings is an Enrolment whose recordings were read.
type readings struct {
	Enrolment
	templates Templates // of these recordings alone; zero if they join a template
	all       []Reading
	digests   [][]byte // as they are stored
	files     [][]byte
	keys      []protect.Derived
	ring      protect.Ring
}

// readEnrolment reads a submission of the session's member, and makes a template
// of it unless it is to be added to another.
func (s *Service) readEnrolment(ctx context.Context, session store.Session, e Enrolment) (readings, error) {
	read := readings{Enrolment: e}
	var err error
	if read.ring, err = s.ring(ctx); err != nil {
		return read, err
	}
	read.keys = digestKeys(read.ring, session.PK)
	err = s.work(ctx, session, e.Submission, func(files [][]byte) error {
		read.files = files
		for _, recording := range s.engine.Group(ctx, files) {
			r, err := recording.Read(e.Hints)
			if err != nil {
				return err
			}
			d, err := digestAtRest(read.keys, r)
			if err != nil {
				return err
			}
			read.all = append(read.all, r)
			read.digests = append(read.digests, d)
		}
		if e.Add {
			return nil
		}
		read.templates, err = s.enrolled(read.all)
		return err
	})
	return read, err
}

// make returns the templates of an enrolment, and the member that they are for.
// Recordings that join a template do so as the member's row has it now. A
// recording that was used before adds nothing, and is fault.Replay.
func (s *Service) make(ctx context.Context, session store.Session, m store.Member, e readings) (Templates, store.Member, error) {
	if !e.Add {
		return e.templates, m, nil
	}
	removed := m.Removed
	m, object, err := s.reload(ctx, session, m)
	if err != nil {
		return Templates{}, m, fmt.Errorf("read model: %w", err)
	}
	if !m.Removed.Equal(removed) {
		return Templates{}, m, fault.New(fault.Conflict)
	}
	if err := s.mayMake(session, m, e.Enrolment); err != nil {
		return Templates{}, m, err
	}
	ref, err := s.open(ctx, *m.Template, object)
	if err != nil {
		return Templates{}, m, err
	}
	used := history(e.ring, ref.content, m, nil)
	for _, r := range e.all {
		if s.replayed(&probe{reading: r, keys: e.keys}, used) {
			return Templates{}, m, fault.New(fault.Replay)
		}
	}
	t, err := ref.withDay(e.all, s.now())
	return t, m, err
}

// adopt stores the templates, moves the member's pointer to them, and returns
// their object's key. Of several concurrent enrolments the last one wins, as if
// it had begun after the others had ended, and keeps their digests. An enrolment
// loses against a removal. The objects of an enrolment that lost are erased.
func (s *Service) adopt(ctx context.Context, session store.Session, m store.Member, t Templates, e readings) (key string, err error) {
	for range maxConflicts {
		c, archived, err := s.registry().of(ctx, m)
		if err != nil {
			return "", err
		}
		c.enrol(e.digests...)
		pointer, err := s.storeTemplate(ctx, m, t, s.now(), c, e.files)
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
		if err := s.mayMake(session, now, e.Enrolment); err != nil {
			return "", err
		}
		if t, m, err = s.make(ctx, session, now, e); err != nil {
			return "", err
		}
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
