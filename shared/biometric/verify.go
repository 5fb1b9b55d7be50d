package biometric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// Verdict is the outcome of a comparison.
type Verdict struct {
	Accepted bool
	FMR      FMR // false match rate that it was decided at
	At       time.Time
	Session  store.Session // of the token
	Member   store.Member  // as read for the comparison
	// AnotherDay holds the days of enrolment if the check was accepted and another
	// day would help, else nil.
	AnotherDay *member.Days
}

// Verify compares the probe with the template of the token's member. Without a
// comparison there is an error and no verdict: fault.NoModel, fault.ModelObsolete,
// a fault of the recording or the nonce, fault.Replay or fault.Unnatural, too many
// failures, or a failure of the stores.
//
// It costs three calls to the stores, two of them at once.
func (s *Service) Verify(ctx context.Context, token string, c Check) (Verdict, error) {
	session, err := s.tokens.Authenticate(ctx, token)
	if err != nil {
		return Verdict{}, err
	}
	at, err := s.settings.strictness(c.FMR)
	if err != nil {
		return Verdict{}, err
	}
	if err := fewUploads(c.Uploads); err != nil {
		return Verdict{}, err
	}
	defer s.discard(ctx, session, c.Uploads)
	if err := s.mayRead(ctx, session, c); err != nil {
		return Verdict{}, err
	}
	p, unusable := s.readProbe(ctx, session, c)
	m, ref, err := s.admit(ctx, session, p, unusable, c.Nonce)
	if err != nil {
		s.withdraw(ctx, session, m, p)
		return Verdict{}, err
	}
	if err := s.checkPresentation(p, m, ref); err != nil {
		return Verdict{}, s.recordFailure(ctx, m, p, err)
	}
	verdict := Verdict{FMR: at, At: s.now(), Session: session, Member: m}
	if verdict.Accepted, err = ref.Deciding().Verify(p.reading, at); err != nil {
		return Verdict{}, err
	}
	if !verdict.Accepted {
		return verdict, s.recordFailure(ctx, m, p, nil)
	}
	if err := s.recordSuccess(ctx, session, m, ref, p); err != nil {
		return Verdict{}, err
	}
	verdict.AnotherDay = member.AnotherDay(m, verdict.At)
	if c.Prove {
		if err := s.tokens.Prove(ctx, session); err != nil {
			return Verdict{}, err
		}
	}
	return verdict, nil
}

// mayRead refuses a check that wouldn't be admitted before its files are fetched
// and read. It costs one more call, so light files, as the app sends them, are
// read without it.
func (s *Service) mayRead(ctx context.Context, session store.Session, c Check) error {
	if s.isLight(c.Submission) {
		return nil
	}
	m, err := s.owner(ctx, session)
	if err != nil {
		return err
	}
	if err := s.settings.consented(m); err != nil {
		return err
	}
	if err := s.refused(session, m, s.now()); err != nil && !s.repeats(ctx, session, m, c) {
		return err
	}
	return awaited(m, c.Uploads, s.now())
}

// repeats reports whether the check is the member's last one sent again, which is
// answered even while other checks have to wait.
func (s *Service) repeats(ctx context.Context, session store.Session, m store.Member, c Check) bool {
	ring, err := s.ring(ctx)
	if err != nil {
		return false
	}
	key, err := requestKey(digestKeys(ring, session.PK)[0], session, c)
	return err == nil && store.Probe{Key: key, Since: s.now().Add(-repeatWithin)}.Repeats(m.LastCheck)
}

// admit loads the reference for the probe. The error for an unusable probe comes
// last, so that the answer describes a recording only to a member with a template
// that may be compared with now.
func (s *Service) admit(ctx context.Context, session store.Session, p *probe, unusable error, nonce string) (store.Member, reference, error) {
	m, ref, err := s.load(ctx, session, p, nonce)
	if err != nil {
		return m, ref, err
	}
	if err := s.settings.consented(m); err != nil {
		return m, ref, err
	}
	if m, err = s.makeRoom(ctx, m, ref, p); err != nil {
		return m, ref, err
	}
	if p == nil { // else the store has admitted it
		if err := mayCheck(*m.Template, s.now()); err != nil {
			return m, ref, err
		}
	}
	return m, ref, unusable
}

// load reads the session's member and, at the same time, the object that the
// session last saw, presents the probe, if there is one, and consumes the nonce.
// It reads again only if the member's pointer names another object.
func (s *Service) load(ctx context.Context, session store.Session, p *probe, nonce string) (store.Member, reference, error) {
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
		return s.consumeChallenge(ctx, session, nonce)
	})
	if err != nil {
		return m, reference{}, err
	}
	if m.Template == nil {
		return m, reference{}, fault.New(fault.NoModel)
	}
	if m.Template.Key != session.TemplateKey || errors.Is(missing, store.ErrNotFound) {
		m, object, missing = s.reload(ctx, session, m)
	}
	if missing != nil {
		return m, reference{}, fmt.Errorf("read model: %w", missing)
	}
	ref, err := s.open(ctx, *m.Template, object)
	return m, ref, err
}

// reload reads the object that the member's pointer names. If it isn't there, the
// template was replaced, and the old object removed, between the two reads: the
// pointer is read once more.
func (s *Service) reload(ctx context.Context, session store.Session, m store.Member) (store.Member, []byte, error) {
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

// consumeChallenge consumes the nonce of a check, if there is one;
// fault.ChallengeMissing if one is required.
func (s *Service) consumeChallenge(ctx context.Context, session store.Session, nonce string) error {
	if nonce != "" {
		return s.tokens.ConsumeChallenge(ctx, session, nonce)
	}
	if s.settings.Challenge {
		return fault.New(fault.ChallengeMissing)
	}
	return nil
}

// recordFailure records a failed check, which was counted when it was admitted,
// before its caller learns of it. It returns the reason of the failure, nil for a
// probe of another person. It removes the probe's digest: only an accepted
// recording must not come again. A repetition was recorded before.
func (s *Service) recordFailure(ctx context.Context, m store.Member, p *probe, why error) error {
	if p.repeated {
		return why
	}
	if why == nil {
		measure.Add(ctx, "rejected", measure.Count, 1)
	}
	kind := member.NotRecognised
	if fault.Is(why, fault.Replay) {
		kind = member.ReplayRefused
	}
	err := parallel.Do(func() error {
		return s.members.Note(ctx, m.Username, member.NewEvent(kind, s.now()))
	}, func() error {
		return s.members.RemoveProbe(ctx, m.Username, p.id)
	})
	if err != nil {
		return fmt.Errorf("record failed check: %w", err)
	}
	return why
}

// recordSuccess migrates the templates, archives digests or notes the use after an
// accepted probe. If a write fails, the failure count stays too high, never too
// low. For a repetition only the digest has to be stored.
func (s *Service) recordSuccess(ctx context.Context, session store.Session, m store.Member, ref reference, p *probe) error {
	if p.repeated {
		return s.rememberRepetition(ctx, session, p)
	}
	measure.Add(ctx, "accepted", measure.Count, 1)
	if changed := s.changed(m, ref, p); changed != nil {
		var failed error
		bestEffort(ctx, func(ctx context.Context) error {
			failed = s.replace(ctx, session, m, *changed)
			return failed
		})
		if failed == nil {
			return nil
		}
	}
	s.noteUse(ctx, session, m)
	return nil
}

// noteUse notes the use of session and template, if the last note is old, and
// takes back counted failures. The failure that the check itself counted is taken
// back only together with another write, by this check or the next: an accepted
// check costs no further call.
func (s *Service) noteUse(ctx context.Context, session store.Session, m store.Member) {
	now := s.now()
	due := now.Sub(m.Template.Used) >= usedResolution
	bestEffort(ctx, func(ctx context.Context) error {
		return s.tokens.Touch(ctx, session, m.Template.Key)
	}, func(ctx context.Context) error {
		if !due && m.Template.Failures <= 1 {
			return nil
		}
		return s.members.RecordAcceptance(ctx, m.Username, m.Template.Version, now)
	}, func(ctx context.Context) error {
		if !due {
			return nil
		}
		return s.members.Note(ctx, m.Username, member.NewEvent(member.Recognised, now))
	})
}
