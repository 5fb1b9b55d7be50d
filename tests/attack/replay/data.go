package main

import (
	"fmt"
	"path/filepath"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// person is somebody's recordings, none of which overlaps another.
type person struct {
	database, name string
	recordings     []recording
	enrolled       *recording // 10 min before them, where there are
}

// recording is one that the service would take.
type recording struct {
	signal  ecg.Signal
	reading *ecg.Reading
}

const (
	// Of MIT-BIH's half hours the first 10 min are an enrolment, and the rest is
	// cut into checks of 16 s, so that half of one is long enough for a check.
	enrolSeconds = 600
	checkSeconds = 16
)

// load reads the databases below a folder. What the service would not take is
// left out.
func load(folder string) ([]*person, error) {
	recordings, err := cohort.Load(folder)
	if err != nil {
		return nil, err
	}
	var people []*person
	for _, r := range recordings {
		if len(people) == 0 || people[len(people)-1].name != r.Person {
			people = append(people, &person{database: r.Database, name: r.Person})
		}
		people[len(people)-1].add(ecg.Signal{MV: r.MV, RateHz: r.RateHz})
	}
	long, err := cohort.LoadMITDB(filepath.Join(folder, cohort.MITDB))
	if err != nil {
		return nil, err
	}
	if len(long) == 0 {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, cohort.MITDB), cohort.ErrNoData)
	}
	for _, r := range long {
		people = append(people, cut(r))
	}
	return people, nil
}

func cut(r cohort.Recording) *person {
	p := &person{database: r.Database, name: r.Person}
	at := func(seconds int) int { return seconds * int(r.RateHz) }
	enrolled := ecg.Signal{MV: r.MV[:at(enrolSeconds)], RateHz: r.RateHz}
	if reading, ok := usable(enrolled); ok {
		p.enrolled = &recording{enrolled, reading}
	}
	for from := at(enrolSeconds); from+at(checkSeconds) <= len(r.MV); from += at(checkSeconds) {
		p.add(ecg.Signal{MV: r.MV[from : from+at(checkSeconds)], RateHz: r.RateHz})
	}
	return p
}

func (p *person) add(s ecg.Signal) {
	if reading, ok := usable(s); ok {
		p.recordings = append(p.recordings, recording{s, reading})
	}
}

// enrol makes a template as the service does.
func enrol(r *ecg.Reading) (*ecg.Template, error) {
	return ecg.Enrol(parameters.Shipped.Newest(), quality.Need(biometric.EnrolmentNeed), r)
}

// usable is the recording's reading, and whether the service would take it for
// a check.
func usable(s ecg.Signal) (*ecg.Reading, bool) {
	r, err := ecg.Read(s)
	return r, err == nil && r.Usable(quality.Need(biometric.ProbeNeed)) == nil
}
