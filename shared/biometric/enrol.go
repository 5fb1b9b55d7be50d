package biometric

import (
	"context"
	"fmt"

	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/store"
)

// Enrol makes a template of the token's member from one or several recordings,
// and replaces the one before.
//
// The objects are written before the pointer is moved: if it fails in between,
// the member has the template from before, and clean-up deletes what was written.
func (s *Service) Enrol(ctx context.Context, token string, e Enrolment) error {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return err
	}
	m, err := s.owner(ctx, session)
	if err != nil {
		return err
	}
	if err := s.settings.mayEnrol(session, m); err != nil {
		return err
	}
	files, err := s.files(ctx, session, e.Submission)
	if err != nil {
		return err
	}
	defer s.discard(ctx, session, e.Uploads)
	template, c, err := s.makeTemplate(ctx, m, files, e.Hints)
	if err != nil {
		return err
	}
	measure.Add(ctx, "quality", measure.None, template.Quality())
	model, err := s.storeTemplate(ctx, m.PK, template, c, files)
	if err != nil {
		return err
	}
	if err := s.swapPointer(ctx, session, m, model); err != nil {
		return err
	}
	bestEffort(ctx, func(ctx context.Context) error {
		return s.tokens.Touch(ctx, session, model.Key)
	}, func(ctx context.Context) error {
		return s.members.Note(ctx, m.Username, member.NewEvent(member.ModelMade, model.Made))
	})
	return nil
}

// makeTemplate makes the template, and what is remembered beside it: digests of
// its recordings and of all that the member used before.
func (s *Service) makeTemplate(ctx context.Context, m store.Member, files [][]byte, h Hints) (template Template, c content, err error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return nil, c, err
	}
	err = s.work(ctx, func() error {
		var readings []Reading
		for _, recording := range s.engine.Group(files) {
			r, err := recording.Read(h)
			if err != nil {
				return err
			}
			d, err := digestAtRest(digestKeys(ring, m.PK), r)
			if err != nil {
				return err
			}
			readings = append(readings, r)
			c.enrolled = append(c.enrolled, d)
		}
		template, err = s.engine.Enrol(EnrolmentNeed, readings)
		return err
	})
	if err != nil {
		return nil, c, err
	}
	c.remember(s.remembered(ctx, m)...)
	return template, c, nil
}

// remembered are the digests that the member's template and checks up to now
// have left. A template that can't be opened doesn't prevent another enrolment.
func (s *Service) remembered(ctx context.Context, m store.Member) [][]byte {
	if m.Template == nil {
		return nil
	}
	var all [][]byte
	if object, err := s.objects.Get(ctx, m.Template.Key); err == nil {
		if old, err := s.open(ctx, m.Template.Key, object); err == nil {
			all = old.content.digests()
		}
	}
	for _, id := range m.DigestIDs() {
		all = append(all, m.Digests[id])
	}
	return all
}

// swapPointer moves the member's pointer to model. Of several enrolments at once
// the last one wins, as if it had begun after the others were done.
func (s *Service) swapPointer(ctx context.Context, session store.Session, m store.Member, model store.Template) error {
	archived := m.DigestIDs() // the object holds these; those that came since stay
	return moving(m, func(m store.Member) error {
		replaced := ""
		if m.Template != nil {
			replaced = m.Template.Version
		}
		if err := s.members.SetTemplate(ctx, m.Username, replaced, model, archived); err != nil {
			return fmt.Errorf("set model: %w", err)
		}
		return nil
	}, func() (store.Member, error) { return s.owner(ctx, session) })
}

// one is the only recording of the files, else fault.TooManyFiles.
func (s *Service) one(files [][]byte) (Recording, error) {
	recordings := s.engine.Group(files)
	if len(recordings) != 1 {
		return nil, fault.New(fault.TooManyFiles)
	}
	return recordings[0], nil
}
