package main

import "testing"

func TestStrangersKeepNoMemberOut(t *testing.T) {
	for _, a := range attacks {
		if a.inside {
			continue
		}
		for _, do := range []deed{atHome, change} {
			d, err := a.simulate(do)
			if err != nil {
				t.Fatal(err)
			}
			if d.member.let != d.member.tried || d.others.let != d.others.tried {
				t.Errorf("%d networks: %+v", a.networks, d)
			}
		}
	}
}

func TestAHundredGuessesInARowAreCompared(t *testing.T) {
	for _, a := range attacks {
		if d, err := a.simulate(atHome); err != nil || d.guesses != 100 {
			t.Errorf("%+v: %+v, %v", a, d, err)
		}
	}
}
