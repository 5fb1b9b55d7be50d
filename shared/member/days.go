package member

import (
	"time"

	"systole/shared/store"
)

const (
	// daysOfEnrolment is the number of days of enrolment that members are asked
	// for: the second takes a fifth to a quarter off the false non-matches, the
	// third a sixth; a fourth showed no effect (tests/science/evaluate). A template
	// accepts more.
	daysOfEnrolment = 3
	// DayApart is the least time between two days of enrolment: from an evening to
	// the next morning. Recordings of one sitting share what changes by the next.
	DayApart = 12 * time.Hour
)

// Days holds the number of a member's days of enrolment, and the number asked
// for.
type Days struct {
	Days int `json:"days"`
	Of   int `json:"of"`
}

// Progress is how far an enrolment has come: its days, and the earliest time at
// which another one may be added, nil where there are enough.
type Progress struct {
	Days
	Next *time.Time `json:"next"`
}

// ProgressOf returns the progress of the enrolment that a template was made from.
func ProgressOf(t store.Template) Progress {
	p := Progress{Days: Days{Days: max(1, t.Days), Of: daysOfEnrolment}}
	if t.Days < daysOfEnrolment {
		next := NextDay(t)
		p.Next = &next
	}
	return p
}

// NextDay returns the earliest time at which another day of enrolment may be
// added.
func NextDay(t store.Template) time.Time {
	last := t.LastDay
	if last.IsZero() { // written before days were counted
		last = t.Made
	}
	return last.Add(DayApart)
}

// AnotherDay returns the member's days of enrolment if another day would help
// now, else nil.
func AnotherDay(m store.Member, now time.Time) *Days {
	if m.Template == nil || m.Template.Days >= daysOfEnrolment || now.Before(NextDay(*m.Template)) {
		return nil
	}
	return &Days{Days: max(1, m.Template.Days), Of: daysOfEnrolment}
}
