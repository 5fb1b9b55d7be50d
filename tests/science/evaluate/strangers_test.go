package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
	"systole/tests/support/recordings"
)

// people returns the first people of the tests' recordings, enrolment and probe as
// two sessions.
func people(t *testing.T, n int) (all []cohort.Recording) {
	t.Helper()
	folder := t.TempDir()
	for person := 1; person <= n; person++ {
		for session, file := range [][]byte{recordings.Enrolment(t, person), recordings.Probe(t, person)} {
			path := filepath.Join(folder, fmt.Sprintf("%d-%d.csv", person, session))
			if err := os.WriteFile(path, file, 0o600); err != nil {
				t.Fatal(err)
			}
			l := cohort.Listed{File: path, RateHz: recordings.RateHz}
			mv, rate, err := l.Read()
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, cohort.Recording{Person: fmt.Sprint(person), Session: fmt.Sprint(session), MV: mv, RateHz: rate})
		}
	}
	return all
}

func TestATrialIsDecidedAsTheEngineDecidesIt(t *testing.T) {
	const persons = 6
	set := parameters.Shipped.Newest()
	all := people(t, persons)
	c := gather(&frontend.FrontEnd{}, set, "people", all)
	read := func(r *cohort.Recording, seconds float64) *ecg.Reading {
		reading, err := ecg.Read(ecg.Signal{MV: r.MV[:min(len(r.MV), int(seconds*r.RateHz))], RateHz: r.RateHz})
		if err != nil {
			t.Fatal(err)
		}
		return reading
	}
	accepted := 0
	for i := range persons {
		template, err := ecg.Enrol(set, quality.Need(biometric.EnrolmentNeed), read(&all[2*i], enrolS))
		if err != nil {
			t.Fatal(err)
		}
		for k := range persons {
			score, err := template.Compare(read(&all[2*k+1], probeS))
			if err != nil {
				t.Fatal(err)
			}
			probes := c.subjects[k].probes
			d := decide(set, c.subjects[i].template, probes[len(probes)-1].embedding)
			for r, rate := range named {
				if got := score.Accepted(ecg.FMR(rate)); got != d.accepted[r] {
					t.Errorf("person %d's probe, %d's template, at %g: the engine says %t", k+1, i+1, rate, got)
				}
				if d.accepted[r] {
					accepted++
				}
			}
		}
	}
	if accepted == 0 || accepted == persons*persons*len(named) {
		t.Errorf("%d decisions are yes: the test compares nothing", accepted)
	}
}

func TestAProbeIsOfWhatFollowsTheEnrolment(t *testing.T) {
	set := parameters.Shipped.Newest()
	all := people(t, 2)
	all[1].Session = all[0].Session             // a second recording of the session
	all[3].MV = all[3].MV[:4*recordings.RateHz] // too short to be a probe: the person has none
	c := gather(&frontend.FrontEnd{}, set, "people", all)
	var got []occasion
	for _, s := range c.subjects {
		for _, p := range s.probes {
			got = append(got, p.occasion)
		}
	}
	if fmt.Sprint(got) != fmt.Sprint([]occasion{sameSession, ownEnrolment}) {
		t.Errorf("probes are %v", got)
	}
	if c.probe.refused["too_short"] != 1 || c.probe.all != 3 || c.enrol.all != 2 {
		t.Errorf("attempts are %+v and %+v", c.enrol, c.probe)
	}
}

func TestAListIsReadAsTheServiceReads(t *testing.T) {
	folder := t.TempDir()
	person := string(recordings.Enrolment(t, 1))
	stated := "ecg_mV\n" + strings.ReplaceAll(person, `"`, "")
	for name, file := range map[string]string{
		"list.csv":  "person,session,file,rate\nbo,1,copy.csv,500\nann,2,probe.txt,500\nann,1,enrol.txt,500\nbo,2,hum.txt,\n",
		"enrol.txt": stated, "copy.csv": stated, "probe.txt": strings.ReplaceAll(string(recordings.Probe(t, 1)), `"`, ""), "hum.txt": "no numbers",
	} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c, err := gatherList(&frontend.FrontEnd{}, parameters.Shipped.Newest(), filepath.Join(folder, "list.csv"), false)
	if err != nil {
		t.Fatal(err)
	}
	if c.name != "list" || c.files != 4 || len(c.subjects) != 1 || c.unread["copy"] != 1 || len(c.unread) != 2 {
		t.Errorf("%+v", c)
	}
}
