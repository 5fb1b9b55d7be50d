package upgrade

import (
	"testing"
	"time"

	"systole/shared/ecg/parameters"
)

// An algorithm between two releases made templates beside those of heart-1. They
// come to decide, become the base once their algorithm is settled, and are
// replaced in turn.
func TestATemplateOfAVersionInBetweenGoesOn(t *testing.T) {
	const between = "heart-2-65f384b2"
	d := unpacked(t)
	base := func(want, when string) {
		t.Helper()
		if got := d.algorithm(t); got != want {
			t.Errorf("%s the base is by %s", when, got)
		}
	}
	days := func(algorithms parameters.Algorithms, first, second []int) {
		t.Helper()
		v := d.version(t, algorithms)
		for _, n := range first {
			d.knows(t, v, n)
		}
		d.later(t, 24*time.Hour, v)
		for _, n := range second {
			d.knows(t, v, n)
		}
	}
	days(table(t, true, between, older), []int{3, 4}, []int{5, 6})
	d.knows(t, d.version(t, parameters.Shipped), 7)
	base(older, "as long as there may be a rollback")
	settled := table(t, true, newest, between, older)
	d.knows(t, d.version(t, settled), 8)
	base(between, "without a rollback to heart-1")
	days(settled, []int{9, 10}, []int{11, 12, 13})
	d.knows(t, d.version(t, table(t, false, newest, between, older)), 14)
	base(newest, "at last")
}
