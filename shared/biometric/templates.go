package biometric

import (
	"slices"
	"time"
)

// Templates are the templates of one member.
type Templates struct {
	// Base is by an algorithm of every version that the service may be rolled back
	// to.
	Base Template
	// Added is when each of the base's days was added, zero where that isn't known.
	Added []time.Time
	// Newer is by a newer algorithm, nil for none.
	Newer *Newer
}

// Newer is a template beside the base.
type Newer struct {
	Template
	Added   []time.Time // when the last recording joined each of its days
	Begun   time.Time   // when its last day began
	Checks  int         // accepted ones in a row that it accepted, too
	Agreed  bool        // it accepted one that the base accepted, at any time
	Decides bool        // in place of the base
}

// Deciding returns the template that probes are compared with.
func (t Templates) Deciding() Template {
	if t.handedOver() {
		return t.Newer.Template
	}
	return t.Base
}

func (t Templates) handedOver() bool { return t.Newer != nil && t.Newer.Decides }

// enrolled makes the templates of an enrolment: the one by the newest algorithm
// decides, and one by a settled algorithm is its base.
func (s *Service) enrolled(all []Reading) (Templates, error) {
	at := s.engine.Algorithms()
	now := []time.Time{s.now()}
	base, err := s.engine.Enrol(at.Settled[0], EnrolmentNeed, all)
	if err != nil || at.Settled[0] == at.Newest {
		return Templates{Base: base, Added: now}, err
	}
	made, err := s.engine.Enrol(at.Newest, EnrolmentNeed, all)
	return Templates{base, now, &Newer{Template: made, Added: now, Begun: now[0], Decides: true}}, err
}

// withDay returns the templates with another day of enrolment.
func (t Templates) withDay(all []Reading, now time.Time) (Templates, error) {
	base, left, err := t.Base.AddDay(EnrolmentNeed, all)
	next := Templates{Base: base, Added: added(t.Added, left, now)}
	if err != nil || t.Newer == nil {
		return next, err
	}
	n := *t.Newer
	n.Template, left, err = t.Newer.AddDay(EnrolmentNeed, all)
	n.Added, n.Begun = added(t.Newer.Added, left, now), now
	next.Newer = &n
	return next, err
}

// added returns the times of the days with another one, without the one that was
// left out.
func added(times []time.Time, left int, now time.Time) []time.Time {
	times = append(slices.Clone(times), now)
	if left < 0 {
		return times
	}
	return slices.Delete(times, left, left+1)
}

// before returns the templates of the days that were added before a time, and
// false if there are none. Adaptations are dropped, whenever they were made.
func (t Templates) before(since time.Time) (Templates, bool) {
	days := daysBefore(t.Added, since)
	if days == 0 {
		return Templates{}, false
	}
	next := Templates{Base: t.Base.First(days), Added: t.Added[:days:days]}
	if t.Newer == nil {
		return next, true
	}
	if left := daysBefore(t.Newer.Added, since); left > 0 {
		n := *t.Newer
		if left < len(n.Added) { // the checks agreed with another template
			n.Decides = n.Decides && !n.Agreed && left >= days
			n.Checks = 0
		}
		n.Template, n.Added = n.First(left), n.Added[:left:left]
		next.Newer = &n
	}
	return next, true
}

// daysBefore returns how many of the days, which are in order, were added before
// a time.
func daysBefore(added []time.Time, since time.Time) int {
	for i, at := range added {
		if !at.Before(since) {
			return i
		}
	}
	return len(added)
}
