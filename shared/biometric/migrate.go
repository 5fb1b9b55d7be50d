package biometric

import (
	"slices"
	"time"

	"systole/shared/member"
)

// This file moves members to a newer algorithm without another enrolment. Each
// probe that the older template accepts enters a template by the newest
// algorithm. That template decides once it has seen as much as the older one and
// agrees with it; if they never agree, the older one goes on deciding. The older
// one stays beside it for as long as the service may be rolled back to a version
// without the newer algorithm.

// Rule says when a newer template takes over from an older one that has seen no
// more.
type Rule struct {
	Checks int // accepted by both in a row
	Days   int // that the newer template was made of
}

// HandOver is the rule of the service. Three checks in a row are the fewest
// after which members who go over are rejected no more often than before
// (tests/science/migration). The recordings of one sitting are alike, so three of
// them show nothing: hence the second day.
var HandOver = Rule{Checks: 3, Days: 2}

// Migrate returns the templates after a check whose probe was accepted at the
// rate at, and whether the probe changed them.
func (r Rule) Migrate(e Engine, t Templates, probe Reading, at FMR, now time.Time) (Templates, bool) {
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
	n.Decides = r.handsOver(n, t.Base)
	t.Newer = n
	t, _ = t.promoted(algorithms)
	return t, true
}

// handsOver reports whether the newer template meets the rule and was made of as
// many days, beats and weight as the base.
func (r Rule) handsOver(n *Newer, base Template) bool {
	return n.Checks >= r.Checks && n.Days() >= max(r.Days, base.Days()) && n.Beats() >= base.Beats() && n.Weight() >= base.Weight()
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
// that the newer template rejects joins it too, and ends the row of agreeing
// checks. A template that never agreed starts anew instead: its first recording
// may be of another person.
func grown(e Engine, n *Newer, probe Reading, at FMR, now time.Time) (*Newer, error) {
	one, newest := []Reading{probe}, e.Algorithms().Newest
	agrees := n != nil && n.Algorithm() == newest && accepts(n, probe, at)
	if n == nil || n.Algorithm() != newest || !agrees && !n.Agreed {
		begun, err := e.Enrol(newest, ProbeNeed, one)
		return &Newer{Template: begun, Added: []time.Time{now}, Begun: now}, err
	}
	next := &Newer{Begun: n.Begun, Agreed: true}
	if agrees {
		next.Checks = n.Checks + 1
	}
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
