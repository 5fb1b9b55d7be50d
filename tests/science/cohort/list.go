package cohort

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"systole/shared/ecg"
	"systole/shared/ecg/recording"
)

// Listed is a row of a list: a file, and whose it is.
type Listed struct {
	Person  string
	Session string  // sorts by time
	File    string  // path
	RateHz  float64 // stated beside the file, 0 for none
}

// Database returns a list's name: its file's, without the ending.
func Database(path string) string {
	return strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
}

// ReadList reads a CSV list with the columns person, session, file and rate in
// Hz, under a row of these names or none. The rate may be missing: the file's own
// takes precedence. A file's path is relative to the list. The rows are sorted by
// person, session and file.
func ReadList(path string) ([]Listed, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.FieldsPerRecord = 4
	rows.TrimLeadingSpace = true
	lines, err := rows.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var list []Listed
	for i, line := range lines {
		if i == 0 && line[0] == "person" {
			continue
		}
		rate := 0.0
		if line[3] != "" {
			if rate, err = strconv.ParseFloat(line[3], 64); err != nil {
				return nil, fmt.Errorf("%s:%d: rate: %w", path, i+1, err)
			}
		}
		name := line[2]
		if !filepath.IsAbs(name) {
			name = filepath.Join(filepath.Dir(path), name)
		}
		list = append(list, Listed{Person: line[0], Session: line[1], File: name, RateHz: rate})
	}
	slices.SortStableFunc(list, func(a, b Listed) int {
		return strings.Compare(a.Person+"\x00"+a.Session+"\x00"+a.File, b.Person+"\x00"+b.Session+"\x00"+b.File)
	})
	return list, nil
}

// Read reads the lead to compare of the row's file, as the service reads it: any
// format, told by the content, and the rate that the file states before that of
// the list. A WFDB header is read with the files beside it that it names, and a
// log of a Polar H10's packets, which the service doesn't take, by readPolar. A
// refusal is a *recording.Error.
func (l *Listed) Read() (mv []float64, rateHz float64, err error) {
	parts, err := l.parts()
	if err != nil {
		return nil, 0, err
	}
	if bytes.HasPrefix(parts[0].Data, []byte(polarHeader)) {
		return readPolar(parts[0].Data)
	}
	r, err := recording.ReadParts(parts, recording.Hints{RateHz: l.RateHz, Guess: ecg.GuessRate, IsECG: ecg.LooksLikeECG})
	if err != nil {
		return nil, 0, err
	}
	return r.Chosen().MV, r.RateHz, nil
}

// parts returns the row's file, and what its WFDB header names beside it.
func (l *Listed) parts() ([]recording.Part, error) {
	data, err := os.ReadFile(l.File)
	if err != nil {
		return nil, err
	}
	all := []recording.Part{{Name: filepath.Base(l.File), Data: data}}
	if !strings.EqualFold(filepath.Ext(l.File), ".hea") {
		return all, nil
	}
	for _, name := range samplesOf(string(data)) {
		samples, err := os.ReadFile(filepath.Join(filepath.Dir(l.File), name))
		if errors.Is(err, os.ErrNotExist) {
			continue // whether the recording can do without it is the reader's to say
		}
		if err != nil {
			return nil, err
		}
		all = append(all, recording.Part{Name: name, Data: samples})
	}
	return all, nil
}

// samplesOf returns the names of a WFDB header's files of samples.
func samplesOf(header string) (names []string) {
	lines := slices.DeleteFunc(strings.Split(header, "\n"), func(line string) bool {
		return strings.HasPrefix(line, "#") || strings.TrimSpace(line) == ""
	})
	for _, line := range lines[min(1, len(lines)):] { // the first is the record's
		if name := filepath.Base(strings.Fields(line)[0]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// loadList reads a list and all of its files.
func loadList(path string) ([]Recording, error) {
	list, err := ReadList(path)
	if err != nil {
		return nil, err
	}
	database := Database(path)
	recordings := make([]Recording, len(list))
	for i := range list {
		l := &list[i]
		mv, rate, err := l.Read()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.File, err)
		}
		recordings[i] = Recording{
			Database: database, Person: database + "/" + l.Person, Session: l.Session,
			Name: filepath.Base(l.File), MV: mv, RateHz: rate,
		}
	}
	return recordings, nil
}
