package biometric

import (
	"context"
	"time"

	"systole/shared/ecg"
	"systole/shared/member"
)

// adaptEvery is how often a model takes in a probe at most: hearts change over
// weeks, and each time costs the writing of a model.
const adaptEvery = 24 * time.Hour

// adapted returns what is to be stored after an accepted probe: the template
// with the probe taken in, or as it is where its key is going out of use. It
// returns nil for nothing: adapting is off, the model is younger than
// adaptEvery, or the match isn't strong enough.
func (s *Service) adapted(m member.Member, t reference, probe ecg.Signal) *ecg.Template {
	var unchanged *ecg.Template
	if t.stale {
		unchanged = t.Template
	}
	if !s.settings.Adapt || s.now().Sub(m.Model.Made) < adaptEvery {
		return unchanged
	}
	changed, ok, err := ecg.Adapt(t.Template, probe)
	if err != nil || !ok { // the verdict stands: it was reached without this
		return unchanged
	}
	return changed
}

// replace makes an adapted template the member's model, as an enrolment would.
// When another enrolment or check was faster, what was written stays behind for
// clean-up.
func (s *Service) replace(ctx context.Context, session member.Session, m member.Member, t *ecg.Template) error {
	model, err := s.keep(ctx, m.PK, t, nil)
	if err != nil {
		return err
	}
	if err := s.members.SetModel(ctx, m.Username, m.Model.Version, model); err != nil {
		return err
	}
	return s.tokens.Touch(ctx, session, model.Key)
}
