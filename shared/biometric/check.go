package biometric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/biometric/request"
	"systole/shared/ecg"
	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// usedResolution is how exactly a model's last use is known: noting it costs a
// write.
const usedResolution = 24 * time.Hour

// CheckUser reports whether the probe is of the token's member. Whatever keeps
// it from comparing is an error, never a verdict: fault.NoModel,
// fault.ModelObsolete, what is wrong with the recording or the nonce, a recording
// that was used before or is none of a living heart, too many failures, or the
// stores' failure.
//
// It costs three calls, two of them at once.
func (s *Service) CheckUser(ctx context.Context, token string, c request.Check) (bool, error) {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return false, err
	}
	at, err := s.strictness(c.FMR)
	if err != nil {
		return false, err
	}
	// A recording that can't be used is told about only to who may check at all.
	p, unusable := s.examine(ctx, session, c)
	defer s.discard(ctx, session, c.Uploads)
	m, ref, err := s.gather(ctx, session, p, c.Nonce)
	if err == nil {
		err = s.mayTry(*m.Template)
	}
	if err == nil {
		err = unusable
	}
	if err != nil {
		s.withdraw(ctx, session, p)
		return false, err
	}
	if err := s.genuine(p, m, ref); err != nil {
		return false, s.count(ctx, m, p, err)
	}
	score, err := ref.Compare(p.reading)
	if err != nil {
		return false, Refusal(err)
	}
	if !score.Accepted(at) {
		measure.Add(ctx, "rejected", measure.Count, 1)
		return false, s.count(ctx, m, p, nil)
	}
	measure.Add(ctx, "accepted", measure.Count, 1)
	return true, s.accept(ctx, session, m, ref, p)
}

// accept does what follows from an accepted probe.
func (s *Service) accept(ctx context.Context, session store.Session, m store.Member, ref reference, p *probe) error {
	if err := s.forgive(ctx, m); err != nil {
		return err
	}
	if changed := s.changed(m, ref, p.reading); changed != nil {
		note(ctx, func(ctx context.Context) error { return s.replace(ctx, session, m, *changed) })
		return nil
	}
	s.noteUse(ctx, session, m)
	return nil
}

// genuine returns fault.Replay for a recording that was used before, and
// fault.Unnatural for one whose beats are too alike for a living heart's.
func (s *Service) genuine(p *probe, m store.Member, ref reference) error {
	if s.settings.AllowReplays {
		return nil
	}
	if p.prints.replays(history(ref.content, m, p.id)) {
		return fault.New(fault.Replay)
	}
	if !p.reading.Natural() {
		return fault.New(fault.Unnatural)
	}
	return nil
}

// strictness is the false match rate to decide at.
func (s *Service) strictness(fmr float64) (ecg.FMR, error) {
	asked := ecg.FMR(fmr)
	switch {
	case asked == 0:
		return s.settings.FMR, nil
	case asked > 0 && asked <= s.settings.FMR:
		return asked, nil
	}
	return 0, fault.New(fault.FieldInvalid, "field", "fmr")
}

// gather reads the session's member and, at the same time, the model that the
// session last saw, presents the probe, if there is one, and consumes the nonce.
// Only when that isn't the member's model any more it reads again.
func (s *Service) gather(ctx context.Context, session store.Session, p *probe, nonce string) (store.Member, reference, error) {
	var m store.Member
	var object []byte
	var missing error
	err := parallel.Do(func() (err error) {
		m, err = s.present(ctx, session, p)
		return err
	}, func() error {
		if session.TemplateKey != "" {
			object, missing = s.objects.Get(ctx, session.TemplateKey)
		}
		return nil
	}, func() error {
		return s.meet(ctx, session, nonce)
	})
	if err != nil {
		return m, reference{}, err
	}
	if m.Template == nil {
		return m, reference{}, fault.New(fault.NoModel)
	}
	if m.Template.Key != session.TemplateKey || errors.Is(missing, store.ErrNotFound) {
		m, object, missing = s.follow(ctx, session, m)
	}
	if missing != nil {
		return m, reference{}, fmt.Errorf("read model: %w", missing)
	}
	ref, err := s.open(ctx, m.Template.Key, object)
	return m, ref, err
}

// meet consumes the nonce of a check that has, or needs, one.
func (s *Service) meet(ctx context.Context, session store.Session, nonce string) error {
	if nonce != "" {
		return s.tokens.ConsumeChallenge(ctx, session, nonce)
	}
	if s.settings.Challenge {
		return fault.New(fault.ChallengeMissing)
	}
	return nil
}

// follow reads the object that the member's pointer names. When it isn't
// there, the model was replaced, and the old one removed, between the two
// reads: the pointer is read once more.
func (s *Service) follow(ctx context.Context, session store.Session, m store.Member) (store.Member, []byte, error) {
	object, err := s.objects.Get(ctx, m.Template.Key)
	if !errors.Is(err, store.ErrNotFound) {
		return m, object, err
	}
	again, err := s.owner(ctx, session)
	if err != nil {
		return m, nil, err
	}
	if again.Template == nil {
		return m, nil, fault.New(fault.NoModel)
	}
	object, err = s.objects.Get(ctx, again.Template.Key)
	return again, object, err
}

// noteUse notes that session and model are in use, if that is news.
func (s *Service) noteUse(ctx context.Context, session store.Session, m store.Member) {
	note(ctx, func(ctx context.Context) error {
		return s.tokens.Touch(ctx, session, m.Template.Key)
	}, func(ctx context.Context) error {
		now := s.now()
		if now.Sub(m.Template.Used) < usedResolution {
			return nil
		}
		return errors.Join(s.members.MarkTemplateUsed(ctx, m.Username, m.Template.Version, now),
			s.members.Note(ctx, m.Username, member.NewEvent(member.Recognised, now)))
	})
}
