package biometric

import (
	"slices"
	"time"

	"systole/shared/member"
)

// This file moves members to a newer algorithm without another enrolment. Of what an
// older template accepts, a template by the newest algorithm is made, check by check;
// once it has seen as much as the older one, it decides. The older one stays beside it as
// long as there may be a rollback to a version that has no other.

// templates are those of one member.
type templates struct {
	// base is of an algorithm that every version has to which there may be a rollback.
	base Template
	// newer is by a newer algorithm, nil for none.
	newer *newer
}

// newer is a template beside the base.
type newer struct {
	Template
	lastDay time.Time // when its last day was added
	checks  int       // accepted ones that it was made of
	decides bool      // in place of the base
}

// deciding is the template that probes are compared with.
func (t templates) deciding() Template {
	if t.handedOver() {
		return t.newer.Template
	}
	return t.base
}

// withDeciding returns the templates with another in the place of the deciding one.
func (t templates) withDeciding(other Template) templates {
	if !t.handedOver() {
		return templates{other, t.newer}
	}
	n := *t.newer
	n.Template = other
	return templates{t.base, &n}
}

func (t templates) handedOver() bool { return t.newer != nil && t.newer.decides }

// enrolled makes the templates of an enrolment: the newest algorithm decides, and
// one that settled is beside it.
func (s *Service) enrolled(all []Reading) (templates, error) {
	at := s.engine.Algorithms()
	base, err := s.engine.Enrol(at.Settled[0], EnrolmentNeed, all)
	if err != nil || at.Settled[0] == at.Newest {
		return templates{base: base}, err
	}
	made, err := s.engine.Enrol(at.Newest, EnrolmentNeed, all)
	return templates{base, &newer{Template: made, lastDay: s.now(), decides: true}}, err
}

// withDay returns the templates with another day of enrolment.
func (t templates) withDay(all []Reading, now time.Time) (templates, error) {
	base, err := t.base.AddDay(EnrolmentNeed, all)
	if err != nil || t.newer == nil {
		return templates{base: base}, err
	}
	n := *t.newer
	n.Template, err = n.AddDay(EnrolmentNeed, all)
	n.lastDay = now
	return templates{base, &n}, err
}

// migrated returns the templates after an accepted probe, and whether the probe
// changed them.
func (s *Service) migrated(t templates, probe Reading) (templates, bool) {
	at := s.engine.Algorithms()
	if t.handedOver() {
		return t.promoted(at)
	}
	if t.base.Algorithm() == at.Newest {
		return t, false
	}
	if strong, err := t.base.Verify(probe, MigrationFMR); !strong || err != nil { // the verdict doesn't depend on it
		return t, false
	}
	n, err := s.grown(t.newer, at.Newest, probe)
	if err != nil { // nor on this
		return t, false
	}
	n.decides = n.hasSeenAsMuch(t.base)
	t, _ = templates{t.base, n}.promoted(at)
	return t, true
}

// promoted returns the templates without their base, and true, where every version
// to which there may be a rollback has the algorithm of the one that decides.
func (t templates) promoted(at Algorithms) (templates, bool) {
	if !t.handedOver() || !slices.Contains(at.Settled, t.newer.Algorithm()) {
		return t, false
	}
	return templates{base: t.newer.Template}, true
}

// grown is the newer template with a probe that the base accepts. It begins anew
// with a probe that it doesn't accept itself, so that all of it is of one person, and
// a recording that isn't typical of them delays it and no more.
func (s *Service) grown(n *newer, algorithm string, probe Reading) (*newer, error) {
	one := []Reading{probe}
	if n == nil || n.Algorithm() != algorithm || !accepts(n, probe, s.settings.FMR) {
		begun, err := s.engine.Enrol(algorithm, ProbeNeed, one)
		return &newer{Template: begun, lastDay: s.now(), checks: 1}, err
	}
	next := &newer{lastDay: n.lastDay, checks: n.checks + 1}
	if now := s.now(); now.Sub(n.lastDay) >= member.DayApart {
		day, err := n.AddDay(ProbeNeed, one)
		if err != nil {
			return nil, err
		}
		if day.Days() > n.Days() { // else it is full, and a day would go for this one
			next.Template, next.lastDay = day, now
			return next, nil
		}
	}
	joined, err := n.Join(ProbeNeed, one)
	next.Template = joined
	return next, err
}

func accepts(t Template, probe Reading, at FMR) bool {
	ok, err := t.Verify(probe, at)
	return ok && err == nil
}

// hasSeenAsMuch reports whether the template was made of as many days and of as much
// as the base, and accepted its person at least once by itself.
func (n *newer) hasSeenAsMuch(base Template) bool {
	return n.checks > 1 && n.Days() >= base.Days() && n.Weight() >= base.Weight()
}
