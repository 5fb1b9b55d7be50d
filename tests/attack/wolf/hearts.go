package main

import (
	"fmt"
	"io"
	"path/filepath"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// heart is a person's first recording that the service would enrol.
type heart struct {
	database  string
	mean      []float64 // of its beats
	embedding []float32
	template  *ecg.Template
	unseen    bool // PTB-XL's fold 9: neither networks nor thresholds were learned from it
}

// group is persons of one kind, in halves: an attacker has the recordings of one,
// and tries on the other.
type group struct {
	name    string
	own     []heart
	helpers []heart // recordings that the attacker has besides, of nobody known
	victims []heart
}

// load reads the groups from the databases below a folder. part takes every n-th
// patient only. PTB-XL's fold of the cohort is left out.
func load(p *parameters.Parameters, folder string, part int, progress io.Writer) ([]group, error) {
	hand, err := cohort.Load(folder)
	if err != nil {
		return nil, err
	}
	patients, of, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0)
	if err != nil {
		return nil, err
	}
	unknown, err := cohort.LoadCinC2017(filepath.Join(folder, cohort.CinC2017))
	if err != nil {
		return nil, err
	}
	r := reader{parameters: p, progress: progress}
	hospital := group{name: "hospital patients, 12-lead ECG (PTB-XL)"}
	for i := range patients {
		if of[i].Fold == learn.CohortFold {
			continue
		}
		if h, ok := r.first(patients[i]); ok && r.persons%part == 0 {
			h.unseen = of[i].Fold == 9
			if h.unseen || r.persons/part%2 == 0 {
				hospital.victims = append(hospital.victims, h)
			} else {
				hospital.own = append(hospital.own, h)
			}
		}
	}
	fingers := group{name: "fingers and wrists, hand-held (Heartprint, ECG-ID)"}
	for i := range hand {
		if h, ok := r.first(hand[i]); ok {
			if r.persons%2 == 0 {
				fingers.victims = append(fingers.victims, h)
			} else {
				fingers.own = append(fingers.own, h)
			}
		}
	}
	for i := range unknown {
		if unknown[i].Session != "N" || i%(2*part) != 0 {
			continue
		}
		if h, ok := r.first(unknown[i]); ok {
			fingers.helpers = append(fingers.helpers, h)
		}
	}
	fmt.Fprint(progress, "\r\033[K")
	return []group{hospital, fingers}, nil
}

// reader enrols each person once.
type reader struct {
	parameters *parameters.Parameters
	progress   io.Writer
	last       string // who was enrolled last
	persons    int
	work       parameters.Workspace
	front      frontEnd
}

// first enrols the recording's person, if it is the first that the service would enrol.
func (r *reader) first(recording cohort.Recording) (heart, bool) {
	if recording.Person == r.last {
		return heart{}, false
	}
	signal := ecg.Signal{MV: recording.MV, RateHz: recording.RateHz}
	reading, err := ecg.Read(signal)
	if err != nil {
		return heart{}, false
	}
	template, err := ecg.Enrol(r.parameters, quality.Need(biometric.EnrolmentNeed), reading)
	if err != nil {
		return heart{}, false
	}
	r.last = recording.Person
	r.persons++
	if r.persons%100 == 0 {
		fmt.Fprintf(r.progress, "\r%d persons ", r.persons)
	}
	mean := r.front.mean(signal)
	return heart{
		database: recording.Database, mean: mean, template: template,
		embedding: r.parameters.Embed(nil, &r.work, mean),
	}, true
}
