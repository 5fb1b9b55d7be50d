package member

import (
	"time"

	"systole/shared/store"
)

const (
	// daysOfEnrolment is how many days of enrolment are asked for: the second and the
	// third take a third off the false non-matches each, and what more days do
	// couldn't be measured. A template keeps more of them where they come.
	daysOfEnrolment = 3
	// DayApart is the least time between two days of enrolment: from an evening to
	// the next morning. Recordings of one sitting have in common what changes by the
	// next.
	DayApart = 12 * time.Hour
)

// Days are a member's days of enrolment, and how many are asked for.
type Days struct {
	Days int `json:"days"`
	Of   int `json:"of"`
}

// NextDay is the earliest time at which another day of enrolment may be added.
func NextDay(t store.Template) time.Time {
	last := t.LastDay
	if last.IsZero() { // written before days were counted
		last = t.Made
	}
	return last.Add(DayApart)
}

// AnotherDay returns the days of enrolment of a member whom another day would help
// now, else nil.
func AnotherDay(m store.Member, now time.Time) *Days {
	if m.Template == nil || m.Template.Days >= daysOfEnrolment || now.Before(NextDay(*m.Template)) {
		return nil
	}
	return &Days{Days: max(1, m.Template.Days), Of: daysOfEnrolment}
}
