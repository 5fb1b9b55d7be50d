package main

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// person holds the non-overlapping recordings of one person.
type person struct {
	database, name string
	recordings     []recording
	enrolled       *recording   // 10 min before them, if there are
	signals        []ecg.Signal // not yet read
	learned        bool         // package replay's directions and thresholds were learned from them
}

// recording is a recording that the service accepts.
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

// load reads the databases below a folder. Recordings that the service would
// refuse are left out.
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
	markLearned(people)
	patients, err := loadPTBXL(filepath.Join(folder, ptbxl))
	return append(people, patients...), err
}

// markLearned marks every other person of those with a usable recording, by name:
// infra/train/replay learns from them.
func markLearned(people []*person) {
	all := slices.DeleteFunc(slices.Clone(people), func(p *person) bool { return len(p.recordings) == 0 && p.enrolled == nil })
	slices.SortFunc(all, func(a, b *person) int {
		return strings.Compare(a.database+":"+a.name, b.database+":"+b.name)
	})
	for i, p := range all {
		p.learned = i%2 == 0
	}
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

// usable returns the recording's reading, and whether the service would accept it
// for a check.
func usable(s ecg.Signal) (*ecg.Reading, bool) {
	r, err := ecg.Read(s)
	return r, err == nil && r.Usable(quality.Need(biometric.ProbeNeed)) == nil
}

// ptbxl is the folder of PTB-XL, ten seconds of hospital patients on one to ten
// days. It serves for new recordings only.
const ptbxl = "ptb-xl"

// loadPTBXL reads lead I of the patients who have several recordings. Without the
// folder there are none.
func loadPTBXL(folder string) ([]*person, error) {
	const rateHz, samples, perMV = 100, 1000, 1000
	index, err := os.Open(filepath.Join(folder, "index.csv"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		return nil, err
	}
	packed, err := os.Open(filepath.Join(folder, "lead_i.i16.gz"))
	if err != nil {
		return nil, err
	}
	defer packed.Close()
	values, err := gzip.NewReader(packed)
	if err != nil {
		return nil, err
	}
	var people []*person
	var one [samples]int16
	for _, row := range rows[1:] { // sorted by patient and date
		if err := binary.Read(values, binary.LittleEndian, &one); err != nil {
			return nil, err
		}
		mv := make([]float64, samples)
		for i, v := range one {
			mv[i] = float64(v) / perMV
		}
		if len(people) == 0 || people[len(people)-1].name != row[0] {
			people = append(people, &person{database: ptbxl, name: row[0]})
		}
		last := people[len(people)-1]
		last.signals = append(last.signals, ecg.Signal{MV: mv, RateHz: rateHz})
	}
	people = slices.DeleteFunc(people, func(p *person) bool { return len(p.signals) < 2 })
	for _, p := range people {
		for _, s := range p.signals {
			p.add(s)
		}
		p.signals = nil
	}
	return people, nil
}
