package trials

import (
	"fmt"
	"slices"
	"testing"

	"systole/tests/science/cohort"
)

// recorded returns a recording of a number of seconds, whose samples do not
// matter.
func recorded(database, person, session, name string, seconds int) cohort.Recording {
	const rateHz = 10
	return cohort.Recording{Database: database, Person: person, Session: session, Name: name, MV: make([]float64, seconds*rateHz), RateHz: rateHz}
}

func TestProtocolsEnrolAndProbeWithWhatTheyName(t *testing.T) {
	recordings := []cohort.Recording{
		recorded(cohort.ECGID, "e1", "2004-12-07", "rec_001", 20),
		recorded(cohort.ECGID, "e1", "2004-12-07", "rec_002", 20),
		recorded(cohort.ECGID, "e1", "2005-03-15", "rec_003", 20),
		recorded(cohort.ECGID, "e2", "2004-12-07", "rec_001", 20),
		recorded(cohort.Heartprint, "h1", "1", "a", 15),
		recorded(cohort.Heartprint, "h1", "1", "b", 15),
		recorded(cohort.Heartprint, "h1", "2", "c", 15),
		recorded(cohort.Heartprint, "h1", "3R", "d", 15),
	}
	want := map[string]string{
		"a":   "e1 [2004-12-07/rec_001] 6 probes of [2004-12-07/rec_002]",
		"b":   "e1 [2004-12-07/rec_001 2004-12-07/rec_002] 6 probes of [2005-03-15/rec_003]",
		"h1":  "h1 [1/a] 1 probes of [1/b]",
		"h":   "h1 [1/a 1/b] 1 probes of [2/c]",
		"hR":  "h1 [1/a 1/b] 1 probes of [3R/d]",
		"h2R": "h1 [1/a 1/b 2/c] 1 probes of [3R/d]",
	}
	for _, p := range Protocols() {
		got := ""
		for _, one := range p.Persons(recordings) {
			got += fmt.Sprintf("%s %v %d probes of %v", one.Name, names(one.Enrol), len(one.Probes), names(one.Probes))
		}
		if got != want[p.Name] {
			t.Errorf("%s: %q, want %q", p.Name, got, want[p.Name])
		}
	}
}

func names(spans []Span) []string {
	var all []string
	for _, s := range spans {
		all = append(all, s.Recording.Session+"/"+s.Recording.Name)
	}
	return slices.Compact(all)
}

func TestFoldsHoldEveryPersonOnce(t *testing.T) {
	var persons []string
	for i := range 23 {
		persons = append(persons, fmt.Sprint(i))
	}
	var dealt []string
	for _, fold := range Folds(persons, 5, 1) {
		if len(fold) < 4 || len(fold) > 5 {
			t.Errorf("a fold of %d persons", len(fold))
		}
		dealt = append(dealt, fold...)
	}
	slices.Sort(dealt)
	slices.Sort(persons)
	if !slices.Equal(dealt, persons) {
		t.Errorf("dealt %v", dealt)
	}
}
