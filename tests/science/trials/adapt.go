package trials

import (
	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

// Adaptation is the effect of adapting with probes between enrolment and test.
type Adaptation struct {
	Before, Own, Attacked Result // never adapted; by own probes; also by impostors' probes
	OwnOffered, OwnTaken  int    // probes of the same person
	Offered, Taken        int    // of impostors
}

// Adapting enrols the persons with session 1, offers the probes of session 2 for
// adaptation, and tests with session 3R. For Attacked, all impostors' probes are
// offered as well. The parameters must be calibrated.
func (b *Bench) Adapting(all *Adaptation, recordings []cohort.Recording, persons []string, m *parameters.Parameters) {
	var w parameters.Workspace
	between := map[string]Person{}
	enrol := Protocol{Database: cohort.Heartprint, person: sessions(cohort.Session1, cohort.Session2)}
	for _, p := range enrol.Persons(recordings) {
		between[p.Name] = p
	}
	test := Protocol{Name: "hR", Database: cohort.Heartprint, person: sessions(cohort.Session1, cohort.Session3R)}
	tested := only(test.Persons(recordings), persons)
	var before, own, attacked []*parameters.Template
	for _, p := range tested {
		enrolled := b.heart(p.Enrol, m, &w)
		if enrolled == nil {
			before, own, attacked = append(before, nil), append(own, nil), append(attacked, nil)
			continue
		}
		mine := parameters.Adaptive{Enrolled: *enrolled}
		theirs := mine
		for _, s := range between[p.Name].Probes {
			beats := b.Beats(s)
			mine = offer(m, &w, mine, beats, &all.OwnOffered, &all.OwnTaken)
			theirs = offer(m, &w, theirs, beats, new(int), new(int))
		}
		for _, stranger := range tested {
			if stranger.Name == p.Name {
				continue
			}
			for _, s := range between[stranger.Name].Probes {
				theirs = offer(m, &w, theirs, b.Beats(s), &all.Offered, &all.Taken)
			}
		}
		mineNow, theirsNow := mine.Current(), theirs.Current()
		before, own, attacked = append(before, enrolled), append(own, &mineNow), append(attacked, &theirsNow)
	}
	for _, one := range []struct {
		result *Result
		hearts []*parameters.Template
	}{{&all.Before, before}, {&all.Own, own}, {&all.Attacked, attacked}} {
		one.result.Protocol = test
		one.result.Persons += len(tested)
		one.result.Trials = append(one.result.Trials, b.probe(tested, one.hearts, m, &one.result.Counts)...)
	}
}

// offer adapts a template with a span's beats, and counts.
func offer(m *parameters.Parameters, w *parameters.Workspace, a parameters.Adaptive, beats learn.Beats, offered, taken *int) parameters.Adaptive {
	if beats.Report.Reason(ProbeNeed) != "" {
		return a
	}
	*offered++
	a, ok := m.Adapt(a, m.Embed(nil, w, learn.Mean(beats.Rows)), parameters.Weight(len(beats.Rows), beats.Report.Trust()), float64(biometric.AdaptFMR))
	if ok {
		*taken++
	}
	return a
}
