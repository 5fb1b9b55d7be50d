// Package jsonfile reads the ECGs that apps export as JSON, FHIR's among them.
package jsonfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// JSON comes in as many shapes as there are apps. What they have in common is
// long lists of numbers, and words beside them that tell what these are. So the
// file is walked through once, value by value, and every place that numbers lie
// at becomes a column, whatever the objects around it; which column is the heart
// is for jsonfile.go to say.

const (
	deepest    = 32   // objects and lists in one another
	mostPlaces = 4096 // where values lie
	// mostWords bounds the text that is kept of a place: words, not names or notes.
	mostWords = 64
	// valuesBetweenAsks is how many values are read before it is asked whether
	// anybody still waits for them: some milliseconds of work.
	valuesBetweenAsks = 1 << 14
)

// place is where values lie: the keys that lead there, "[]" for a list.
type place struct {
	numbers []float64
	lists   []int // where in numbers each innermost list begins
	words   []string
	long    []string // texts of many characters: numbers written out
}

// document is a JSON file as columns.
type document struct {
	places map[string]*place
	order  []string
	inside map[string][]string // paths in order, by their parents
	values int                 // numbers and texts so far
	budget *raw.Budget
}

// Is reports whether the file is JSON.
func Is(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n")
	if len(data) == 0 {
		return false
	}
	return data[0] == '{' || data[0] == '[' && len(data) > 1 && strings.IndexByte("[{-0123456789 \r\n\t", data[1]) >= 0
}

var (
	errDeep = errors.New("too deep")
	errLong = errors.New("too long")
)

// parseDocument walks through a file. Names of keys are kept; texts of persons
// are dropped with the document.
func parseDocument(data []byte, o raw.Options) (*document, error) {
	d := &document{places: make(map[string]*place), inside: make(map[string][]string), budget: o.Budget}
	decoder := json.NewDecoder(bytes.NewReader(data))
	err := d.value(decoder, "", 0)
	switch {
	case errors.Is(err, errDeep):
		return nil, raw.Refuse(raw.Unsupported, 0, "it has more than %d levels or %d places", deepest, mostPlaces)
	case errors.Is(err, errLong):
		return nil, raw.Refuse(raw.Unsupported, 0, "it has more than %d numbers: send one recording alone", raw.MaxSamples)
	case o.Budget.Err() != nil:
		return nil, o.Budget.Err()
	case err != nil:
		return nil, raw.Refuse(raw.Unreadable, 0, "its JSON ends, or breaks, near byte %d", decoder.InputOffset())
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, raw.Refuse(raw.Unreadable, 0, "there is more behind its JSON, at byte %d", decoder.InputOffset())
	}
	return d, nil
}

// value reads one value that lies at a path.
func (d *document) value(decoder *json.Decoder, path string, depth int) error {
	if d.values++; d.values > raw.MaxSamples {
		return errLong
	}
	if d.values%valuesBetweenAsks == 0 && d.budget.Err() != nil {
		return d.budget.Err()
	}
	token, err := decoder.Token()
	if err != nil {
		return err
	}
	switch v := token.(type) {
	case json.Delim:
		if depth >= deepest {
			return errDeep
		}
		return d.children(decoder, v, path, depth+1)
	case float64:
		p, err := d.at(path)
		if err != nil {
			return err
		}
		p.numbers = append(p.numbers, v)
	case string:
		p, err := d.at(path)
		if err != nil {
			return err
		}
		if len(v) > mostWords {
			p.long = append(p.long, v)
			return nil
		}
		p.words = append(p.words, v)
	}
	return nil
}

// children reads what is in an object or a list.
func (d *document) children(decoder *json.Decoder, open json.Delim, path string, depth int) error {
	below := path + "[]"
	if open == '[' {
		if p, ok := d.places[below]; ok {
			p.lists = append(p.lists, len(p.numbers))
		}
	}
	for i := 0; decoder.More(); i++ {
		if open == '{' {
			key, err := decoder.Token()
			if err != nil {
				return err
			}
			below = path + "." + key.(string) // the only kind of token there
		}
		if err := d.value(decoder, below, depth); err != nil {
			return err
		}
	}
	_, err := decoder.Token()
	return err
}

func (d *document) at(path string) (*place, error) {
	p, ok := d.places[path]
	if ok {
		return p, nil
	}
	if len(d.places) >= mostPlaces {
		return nil, errDeep
	}
	p = &place{lists: []int{0}}
	d.places[path] = p
	d.order = append(d.order, path)
	d.inside[parent(path)] = append(d.inside[parent(path)], path)
	return p, nil
}
