package main

import (
	"fmt"
	"io"
	"path/filepath"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// heart is a person's first recording that the service would enrol.
type heart struct {
	signal    ecg.Signal
	mean      []float64 // of its beats
	embedding []float32
	unseen    bool // PTB-XL's fold 9: neither networks nor thresholds were learned from it
}

// group holds persons of one kind, in halves: an attacker has the recordings of
// one half, and tries on the other.
type group struct {
	name    string
	own     []heart
	helpers []heart // further recordings of the attacker's, of unknown persons
	victims []heart
}

// load reads the groups from the databases below a folder. The attacker has every
// n-th, by part, of one half of the patients. PTB-XL's fold of the cohort is left
// out.
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
		h, ok := r.first(&patients[i])
		if !ok {
			continue
		}
		h.unseen = of[i].Fold == 9
		switch {
		case h.unseen || r.persons%2 == 0:
			hospital.victims = append(hospital.victims, h)
		case r.persons%(2*part) == 1:
			hospital.own = append(hospital.own, h)
		}
	}
	fingers := group{name: "fingers and wrists, hand-held (Heartprint, ECG-ID)"}
	for i := range hand {
		if h, ok := r.first(&hand[i]); ok {
			if r.persons%2 == 0 {
				fingers.victims = append(fingers.victims, h)
			} else {
				fingers.own = append(fingers.own, h)
			}
		}
	}
	for i := 0; i < len(unknown); i += 2 * part {
		if unknown[i].Session != "N" {
			continue
		}
		if h, ok := r.first(&unknown[i]); ok {
			fingers.helpers = append(fingers.helpers, h)
		}
	}
	fmt.Fprint(progress, "\r\033[K")
	return []group{hospital, fingers}, nil
}

// reader reads each person once.
type reader struct {
	parameters *parameters.Parameters
	progress   io.Writer
	last       string // whose recording was taken last
	persons    int
	work       parameters.Workspace
	front      frontend.FrontEnd
}

// first accepts the recording if it is its person's first that the service would
// enrol.
func (r *reader) first(recording *cohort.Recording) (heart, bool) {
	if recording.Person == r.last {
		return heart{}, false
	}
	beats := learn.Cut(&r.front, recording, 0, ecg.MaxSeconds)
	if beats.Report.Reason(quality.Need(biometric.EnrolmentNeed)) != "" {
		return heart{}, false
	}
	r.last = recording.Person
	r.persons++
	if r.persons%100 == 0 {
		fmt.Fprintf(r.progress, "\r%d persons ", r.persons)
	}
	mean := learn.Mean(beats.Rows)
	return heart{
		signal: ecg.Signal{MV: recording.MV, RateHz: recording.RateHz},
		mean:   mean, embedding: r.parameters.Embed(nil, &r.work, mean),
	}, true
}

// template returns the heart's template, as the service makes it.
func (h heart) template(p *parameters.Parameters) (*ecg.Template, error) {
	reading, err := ecg.Read(h.signal)
	if err != nil {
		return nil, err
	}
	return ecg.Enrol(p, quality.Need(biometric.EnrolmentNeed), reading)
}
