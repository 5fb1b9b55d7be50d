// Package jsonfile reads the ECGs that apps export as JSON, FHIR's among them.
package jsonfile

import (
	"bytes"
	"errors"
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
	mostNodes  = 4 * mostPlaces
	mostKept   = 1 << 16 // words of a place
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
	values int                 // so far
	nodes  int                 // so far
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

// node is a key or a list on the way to values.
type node struct {
	path  string
	keys  map[string]*node // in an object
	list  *node            // in a list
	place *place           // nil while no value lies there
}

// parseDocument walks through a file. Names of keys are kept; texts of persons
// are dropped with the document.
func parseDocument(data []byte, o raw.Options) (*document, error) {
	d := &document{places: make(map[string]*place), inside: make(map[string][]string), budget: o.Budget}
	s := &scanner{data: data}
	err := d.value(s, &node{}, 0)
	switch {
	case errors.Is(err, errDeep):
		return nil, raw.Refuse(raw.Unsupported, 0, "it has more than %d levels or %d places", deepest, mostPlaces)
	case errors.Is(err, errLong):
		return nil, raw.Refuse(raw.Unsupported, 0, "it has more than %d numbers: send one recording alone", raw.MaxSamples)
	case o.Budget.Err() != nil:
		return nil, o.Budget.Err()
	case err != nil:
		return nil, raw.Refuse(raw.Unreadable, 0, "its JSON ends, or breaks, near byte %d", s.at)
	}
	if s.peek(); s.at < len(data) {
		return nil, raw.Refuse(raw.Unreadable, 0, "there is more behind its JSON, at byte %d", s.at)
	}
	return d, nil
}

// value reads one value that lies at a node.
func (d *document) value(s *scanner, at *node, depth int) error {
	if d.values++; d.values > raw.MaxSamples {
		return errLong
	}
	if d.values%valuesBetweenAsks == 0 && d.budget.Err() != nil {
		return d.budget.Err()
	}
	switch c := s.peek(); {
	case (c == '{' || c == '[') && depth >= deepest:
		return errDeep
	case c == '{':
		return d.object(s, at, depth+1)
	case c == '[':
		return d.listed(s, at, depth+1)
	case c == '"':
		text, err := s.text()
		if err != nil {
			return err
		}
		return d.addText(at, text)
	case c == '-', c >= '0' && c <= '9':
		x, err := s.number()
		if err != nil {
			return err
		}
		p, err := d.placeOf(at)
		if err != nil {
			return err
		}
		p.numbers = append(p.numbers, x)
		return nil
	}
	return s.word()
}

// object reads the members of an object.
func (d *document) object(s *scanner, at *node, depth int) error {
	s.at++
	for first := true; !s.skip('}'); first = false {
		if !first && !s.skip(',') || s.peek() != '"' {
			return errSyntax
		}
		key, err := s.text()
		if err != nil {
			return err
		}
		if !s.skip(':') {
			return errSyntax
		}
		below := at.keys[string(key)]
		if below == nil {
			if below, err = d.grow(at.path + "." + string(key)); err != nil {
				return err
			}
			if at.keys == nil {
				at.keys = make(map[string]*node)
			}
			at.keys[string(key)] = below
		}
		if err := d.value(s, below, depth); err != nil {
			return err
		}
	}
	return nil
}

// listed reads the values of a list.
func (d *document) listed(s *scanner, at *node, depth int) (err error) {
	s.at++
	if at.list == nil {
		if at.list, err = d.grow(at.path + "[]"); err != nil {
			return err
		}
	}
	if p := at.list.place; p != nil {
		p.lists = append(p.lists, len(p.numbers))
	}
	for first := true; !s.skip(']'); first = false {
		if !first && !s.skip(',') {
			return errSyntax
		}
		if err := d.value(s, at.list, depth); err != nil {
			return err
		}
	}
	return nil
}

// grow makes a node, if there aren't too many.
func (d *document) grow(path string) (*node, error) {
	if d.nodes++; d.nodes > mostNodes {
		return nil, errDeep
	}
	return &node{path: path}, nil
}

// addText keeps a text: a word, or one of many characters.
func (d *document) addText(at *node, text []byte) error {
	p, err := d.placeOf(at)
	switch {
	case err != nil:
		return err
	case len(text) > mostWords:
		p.long = append(p.long, string(text))
	case len(p.words) < mostKept:
		p.words = append(p.words, string(text))
	default: // the last counts
		p.words[len(p.words)-1] = string(text)
	}
	return nil
}

// placeOf is the place of the values at a node.
func (d *document) placeOf(at *node) (*place, error) {
	if at.place != nil {
		return at.place, nil
	}
	if len(d.places) >= mostPlaces {
		return nil, errDeep
	}
	at.place = &place{lists: []int{0}}
	d.places[at.path] = at.place
	d.order = append(d.order, at.path)
	d.inside[parent(at.path)] = append(d.inside[parent(at.path)], at.path)
	return at.place, nil
}
