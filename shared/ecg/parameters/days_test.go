package parameters

import (
	"testing"

	"systole/shared/ecg/plda"
)

func day(at float32) Template { return Template{Mean: []float32{at, 1}, Weight: 1, Recordings: 3} }

func TestEachDayCountsTheSame(t *testing.T) {
	long := day(4)
	long.Recordings, long.Weight = 100, 100
	all := CombineDays([]Template{day(1), long})
	if all.Mean[0] != 2.5 || all.Days != 2 || all.worth() < 2 {
		t.Errorf("%+v", all)
	}
}

func TestTheDayThatAddsLeastIsLeftOut(t *testing.T) {
	p := &Parameters{Spaces: []plda.Space{{Between: []float32{9, 9}}}, Weights: []float32{1}}
	days := []Template{day(-5), day(0), day(5), day(1), day(-1)}
	got, left := p.WithDay(days, day(2))
	if len(got) != MaxDays || left != 1 || got[MaxDays-1].Mean[0] != 2 {
		t.Fatalf("%v", got)
	}
	for _, d := range got {
		if d.Mean[0] == 0 {
			t.Errorf("the day in the middle of the others was kept: %v", got)
		}
	}
	if got, left := p.WithDay(days[:2], day(2)); len(got) != 3 || left != -1 {
		t.Errorf("the third day: %v, %d left out", got, left)
	}
}
