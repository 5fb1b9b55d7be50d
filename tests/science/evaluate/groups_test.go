package main

import "testing"

func TestImpostorTrialsOfADrawingLeaveOutAPersonsOwn(t *testing.T) {
	s := newStratum()
	s.templates, s.probes = map[int]int{0: 1, 1: 1, 2: 1}, map[int]int{0: 2, 1: 1}
	s.accepted[0][[2]int{2, 0}] = 1
	for _, test := range []struct {
		name             string
		times            []int
		trials, accepted int
	}{
		{"each once", []int{1, 1, 1}, 6, 1},
		{"one twice", []int{2, 1, 1}, 11, 2}, // both copies against the others, never against each other
		{"the accepted one missing", []int{0, 1, 2}, 2, 0},
	} {
		if got := s.trials(test.times); got != test.trials {
			t.Errorf("%s: %d trials, want %d", test.name, got, test.trials)
		}
		if got := s.passed(0, test.times); got != test.accepted {
			t.Errorf("%s: %d accepted, want %d", test.name, got, test.accepted)
		}
	}
}

func TestTheIntervalOfAGroupHoldsItsRate(t *testing.T) {
	const persons = 40
	s := newStratum()
	for person := range persons {
		s.templates[person], s.probes[person] = 1, 1
		s.accepted[0][[2]int{person, (person + 1) % persons}] = 1
	}
	g := &group{strata: map[string]*stratum{everybody: s}}
	rate, of := g.fmr(0, everyone(persons))
	low, high := g.fmrInterval(0, persons)
	if of != persons*(persons-1) || !(low < rate && rate < high) {
		t.Errorf("%g of %d trials, interval %g to %g", rate, of, low, high)
	}
}
