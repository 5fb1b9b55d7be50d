package biometric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/biometric/protect"
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
// fault.ModelObsolete, what is wrong with the recording or the nonce, too many
// failures, or the stores' failure.
//
// It costs three calls, two of them at once.
func (s *Service) CheckUser(ctx context.Context, token string, p request.Check) (bool, error) {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return false, err
	}
	at, err := s.strictness(p.FMR)
	if err != nil {
		return false, err
	}
	m, template, err := s.memberAndTemplate(ctx, session, p.Nonce)
	if err != nil {
		return false, err
	}
	if err := s.mayTry(*m.Model); err != nil {
		return false, err
	}
	accepted, changed, err := s.decide(ctx, m, template, p, at)
	if err != nil {
		return false, err
	}
	if err := s.count(ctx, m, accepted); err != nil {
		return false, err
	}
	if changed != nil {
		note(ctx, func(ctx context.Context) error { return s.replace(ctx, session, m, changed) })
	} else {
		s.noteUse(ctx, session, m, accepted)
	}
	return accepted, nil
}

// decide compares the probe with the template, and returns the template as
// adapted to it, or as it is where it is to be sealed anew.
func (s *Service) decide(ctx context.Context, m member.Member, t reference, p request.Check, at ecg.FMR) (accepted bool, changed *ecg.Template, err error) {
	err = s.work(ctx, func() error {
		signal, err := s.read(p.File, p.RateHz)
		if err != nil {
			return err
		}
		if accepted, err = compare(t.Template, signal, at); accepted {
			changed = s.adapted(m, t, signal)
		}
		return err
	})
	if err != nil {
		return false, nil, err
	}
	verdict := "rejected"
	if accepted {
		verdict = "accepted"
	}
	measure.Add(ctx, verdict, measure.Count, 1)
	return accepted, changed, nil
}

func compare(t *ecg.Template, probe ecg.Signal, at ecg.FMR) (bool, error) {
	score, err := ecg.Compare(t, probe)
	if err != nil {
		return false, refusal(err)
	}
	return score.Accepted(at), nil
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

// memberAndTemplate reads the session's member and, at the same time, the
// model that the session last saw, and consumes the nonce. Only when that isn't
// the member's model any more it reads again.
func (s *Service) memberAndTemplate(ctx context.Context, session member.Session, nonce string) (member.Member, reference, error) {
	var m member.Member
	var object []byte
	var missing error
	err := parallel.Do(func() (err error) {
		m, err = s.owner(ctx, session)
		return err
	}, func() error {
		if session.ModelKey != "" {
			object, missing = s.objects.Get(ctx, session.ModelKey)
		}
		return nil
	}, func() error {
		return s.meet(ctx, session, nonce)
	})
	if err != nil {
		return m, reference{}, err
	}
	if m.Model == nil {
		return m, reference{}, fault.New(fault.NoModel)
	}
	if m.Model.Key != session.ModelKey || errors.Is(missing, store.ErrNotFound) {
		m, object, missing = s.follow(ctx, session, m)
	}
	if missing != nil {
		return m, reference{}, fmt.Errorf("read model: %w", missing)
	}
	template, err := s.open(ctx, m.Model.Key, object)
	return m, template, err
}

// meet consumes the nonce of a check that has, or needs, one.
func (s *Service) meet(ctx context.Context, session member.Session, nonce string) error {
	if nonce != "" {
		return s.tokens.Meet(ctx, session, nonce)
	}
	if s.settings.Challenge {
		return fault.New(fault.ChallengeMissing)
	}
	return nil
}

// follow reads the object that the member's pointer names. When it isn't
// there, the model was replaced, and the old one removed, between the two
// reads: the pointer is read once more.
func (s *Service) follow(ctx context.Context, session member.Session, m member.Member) (member.Member, []byte, error) {
	object, err := s.objects.Get(ctx, m.Model.Key)
	if !errors.Is(err, store.ErrNotFound) {
		return m, object, err
	}
	again, err := s.owner(ctx, session)
	if err != nil {
		return m, nil, err
	}
	if again.Model == nil {
		return m, nil, fault.New(fault.NoModel)
	}
	object, err = s.objects.Get(ctx, again.Model.Key)
	return again, object, err
}

// reference is the template that a probe is compared with. stale says that it
// is sealed with a key that is going out of use.
type reference struct {
	*ecg.Template
	stale bool
}

// open opens a model's object. What can't be opened is never compared with: the
// errors are fault.ModelObsolete, fault.ModelDamaged and, for want of the key,
// fault.Unavailable.
func (s *Service) open(ctx context.Context, key string, object []byte) (reference, error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return reference{}, fmt.Errorf("read keys: %w", err)
	}
	b, seed, stale, err := ring.Open(key, object)
	if errors.Is(err, protect.ErrKey) {
		return reference{}, fault.New(fault.Unavailable).Because(fmt.Errorf("open model %s: %w", key, err))
	}
	if err != nil {
		return reference{}, fault.New(fault.ModelDamaged).Because(fmt.Errorf("open model %s: %w", key, err))
	}
	template, err := ecg.ParseTemplate(b, seed)
	if errors.Is(err, ecg.ErrObsolete) {
		return reference{}, fault.New(fault.ModelObsolete).Because(err)
	}
	if err != nil {
		return reference{}, fault.New(fault.ModelDamaged).Because(fmt.Errorf("parse model %s: %w", key, err))
	}
	return reference{template, stale}, nil
}

// noteUse notes that session and model are in use, if that is news.
func (s *Service) noteUse(ctx context.Context, session member.Session, m member.Member, accepted bool) {
	note(ctx, func(ctx context.Context) error {
		return s.tokens.Touch(ctx, session, m.Model.Key)
	}, func(ctx context.Context) error {
		now := s.now()
		if !accepted || now.Sub(m.Model.Used) < usedResolution {
			return nil
		}
		return errors.Join(s.members.MarkModelUsed(ctx, m.Username, m.Model.Version, now),
			s.members.Note(ctx, m.Username, member.NewEvent(member.Recognised, now)))
	})
}
