package biometric

import (
	"slices"
	"time"

	"systole/shared/member"
)

// This file moves members to a newer algorithm without another enrolment. Each
// probe that the older template accepts enters a template by the newest
// algorithm. Once that template has seen as much as the older one, it decides.
// The older one stays beside it for as long as the service may be rolled back to
// a version without the newer algorithm.

// Migrate returns the templates after a check whose probe was accepted at the
// rate at, and whether the probe changed them.
func Migrate(e Engine, t Templates, probe Reading, at FMR, now time.Time) (Templates, bool) {
	algorithms := e.Algorithms()
	if t.handedOver() {
		return t.promoted(algorithms)
	}
	if t.Base.Algorithm() == algorithms.Newest || !accepts(t.Base, probe, MigrationFMR) {
		return t, false
	}
	n, err := grown(e, t.Newer, probe, at, now)
	if err != nil { // the verdict doesn't depend on it
		return t, false
	}
	n.Decides = n.hasSeenAsMuch(t.Base)
	t.Newer = n
	t, _ = t.promoted(algorithms)
	return t, true
}

// promoted returns the templates without their base, and true, if every version
// that the service may be rolled back to has the algorithm of the deciding
// template.
func (t Templates) promoted(at Algorithms) (Templates, bool) {
	if !t.handedOver() || !slices.Contains(at.Settled, t.Newer.Algorithm()) {
		return t, false
	}
	return Templates{Base: t.Newer.Template, Added: t.Newer.Added}, true
}

// grown returns the newer template with a probe that the base accepted. A probe
// that the newer template itself rejects starts it anew: so all of it is of one
// person, and a recording that isn't typical of them only delays the migration.
func grown(e Engine, n *Newer, probe Reading, at FMR, now time.Time) (*Newer, error) {
	one, newest := []Reading{probe}, e.Algorithms().Newest
	agrees := n != nil && n.Algorithm() == newest && accepts(n, probe, at)
	if !agrees {
		begun, err := e.Enrol(newest, ProbeNeed, one)
		return &Newer{Template: begun, Added: []time.Time{now}, Begun: now}, err
	}
	next := &Newer{Begun: n.Begun, Checks: n.Checks + 1}
	if now.Sub(n.Begun) >= member.DayApart {
		day, left, err := n.AddDay(ProbeNeed, one)
		if err != nil {
			return nil, err
		}
		if left < 0 { // otherwise the template is full, and a day would be dropped
			next.Template, next.Added, next.Begun = day, added(n.Added, left, now), now
			return next, nil
		}
	}
	joined, err := n.Join(ProbeNeed, one)
	next.Template, next.Added = joined, slices.Clone(n.Added)
	next.Added[len(next.Added)-1] = now
	return next, err
}

func accepts(t Template, probe Reading, at FMR) bool {
	ok, err := t.Verify(probe, at)
	return ok && err == nil
}

// hasSeenAsMuch reports whether the newer template was made of as many days and
// as much signal as the base, and has accepted a probe of its person.
func (n *Newer) hasSeenAsMuch(base Template) bool {
	return n.Checks > 0 && n.Days() >= base.Days() && n.Weight() >= base.Weight()
}
