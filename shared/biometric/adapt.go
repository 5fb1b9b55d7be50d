package biometric

import (
	"context"
	"time"

	"systole/shared/ecg"
	"systole/shared/store"
)

// adaptEvery is how often a model takes in a probe at most: hearts change over
// weeks, and each time costs the writing of a model.
const adaptEvery = 24 * time.Hour

// archiveFrom is how many prints lie with a member before they move to the
// model's object, where they cost nothing to read.
const archiveFrom = 32

// change is a model to be written in place of the current one.
type change struct {
	template *ecg.Template
	content  content
	archived []string // prints that the content now holds
}

// changed returns what is to be stored after an accepted probe: the template
// with the probe taken in, or as it is where its key is going out of use or many
// prints are to be archived. It returns nil for nothing.
func (s *Service) changed(m store.Member, ref reference, probe *ecg.Reading) *change {
	template, adapted := s.adapted(m, ref.Template, probe)
	if !adapted && !ref.stale && len(m.Digests) < archiveFrom {
		return nil
	}
	c := &change{template: template, content: *ref.content, archived: m.DigestIDs()}
	for _, id := range c.archived {
		c.content.remember(m.Digests[id])
	}
	return c
}

// adapted returns the template with an accepted probe taken in and true, or as
// it is and false: adapting is off, the model is younger than adaptEvery, or the
// match isn't strong enough.
func (s *Service) adapted(m store.Member, t *ecg.Template, probe *ecg.Reading) (*ecg.Template, bool) {
	if !s.settings.Adapt || s.now().Sub(m.Template.Made) < adaptEvery {
		return t, false
	}
	adapted, ok, err := t.Adapt(probe)
	if err != nil { // the verdict stands: it was reached without this
		return t, false
	}
	return adapted, ok
}

// replace makes a changed model the member's, as an enrolment would. When
// another enrolment or check was faster, what was written stays behind for
// clean-up.
func (s *Service) replace(ctx context.Context, session store.Session, m store.Member, c change) error {
	model, err := s.keep(ctx, m.PK, c.template, c.content, nil)
	if err != nil {
		return err
	}
	if err := s.members.SetTemplate(ctx, m.Username, m.Template.Version, model, c.archived); err != nil {
		return err
	}
	return s.tokens.Touch(ctx, session, model.Key)
}
