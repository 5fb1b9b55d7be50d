package biometric

import (
	"context"
	"errors"

	"systole/shared/store"
)

// change is an object to be written in place of the current one.
type change struct {
	template Template
	content  content
	archived []string // ids of the digests that the content now holds
}

// changed returns what is to be stored after an accepted probe: the template
// adapted to the probe, or as it is where its key is going out of use or many
// digests are to be archived. It returns nil for nothing.
func (s *Service) changed(m store.Member, ref reference, probe Reading) *change {
	template, adapted := s.adapted(m, ref.Template, probe)
	if !adapted && !ref.stale && !full(m.Digests) {
		return nil
	}
	c := &change{template: template, content: *ref.content, archived: archivable(m)}
	for _, id := range c.archived {
		c.content.remember(m.Digests[id])
	}
	return c
}

// full reports whether the digests beside a member are to be archived.
func full(digests map[string][]byte) bool {
	size := 0
	for _, d := range digests {
		size += len(d)
	}
	return len(digests) >= archiveFrom || size >= archiveBytes
}

// adapted returns the template adapted to an accepted probe and true, or as it is
// and false.
func (s *Service) adapted(m store.Member, t Template, probe Reading) (Template, bool) {
	if !s.settings.mayAdapt(*m.Template, s.now()) {
		return t, false
	}
	adapted, ok, err := t.Adapt(probe, AdaptFMR)
	if err != nil { // the verdict doesn't depend on it
		return t, false
	}
	return adapted, ok
}

// replace makes a changed template the member's, as an enrolment does. If another
// enrolment, check or removal was faster, what was written is erased.
func (s *Service) replace(ctx context.Context, session store.Session, m store.Member, c change) error {
	model, err := s.storeTemplate(ctx, m, c.template, c.content, nil)
	if err != nil {
		return err
	}
	if err := s.members.SetTemplate(ctx, m, model, c.archived); err != nil {
		if errors.Is(err, store.ErrConflict) {
			s.abandon(ctx, m.PK, model)
		}
		return err
	}
	return s.tokens.Touch(ctx, session, model.Key)
}
