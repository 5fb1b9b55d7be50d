// Package xmlfile reads XML without a package of its own, FHIR's and other
// electrocardiographs', if it has lists of numbers.
package xmlfile

import (
	"strings"

	"systole/shared/ecg/recording/internal/document"
	"systole/shared/ecg/recording/internal/markup"
	"systole/shared/ecg/recording/internal/raw"
)

// Is reports whether the file is XML.
func Is(data []byte) bool { return markup.Root(data) != "" }

// Read reads the newest recording of an XML file, or the one picked. Lists of
// numbers that neither a name nor a rate marks as an ECG are skipped.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	repeated, err := repeats(data, o.Budget)
	if err != nil {
		return nil, err
	}
	d := document.New(o.Budget)
	if err := fill(d, data, repeated, o.Budget); err != nil {
		return nil, err
	}
	r, err := d.Recording(o)
	if err != nil {
		return nil, err
	}
	if name := r.Leads[0].Name; r.RateHz == 0 && (!raw.IsLead(name) || strings.EqualFold(name, "v")) { // v stands for value
		return nil, raw.Refuse(raw.Unsupported, 0, "it is an XML whose numbers nothing says to be an ECG: export the ECG with its samples")
	}
	return r, nil
}

// element is an element's name and the number of each of its children.
type element struct {
	path string
	in   map[string]int
}

// mostPaths bounds the kinds of elements.
const mostPaths = 1 << 14

// repeats returns the paths of elements that occur more than once in one parent:
// lists.
func repeats(data []byte, budget *raw.Budget) (map[string]bool, error) {
	repeated, paths := map[string]bool{}, map[string]bool{}
	open := []element{{}}
	for token, err := range markup.NewReader(data, budget).All() {
		if err != nil {
			return nil, err
		}
		switch token.Kind {
		case markup.Start:
			at := &open[len(open)-1]
			if at.in == nil {
				at.in = map[string]int{}
			}
			path := at.path + "/" + token.Name
			if at.in[token.Name]++; at.in[token.Name] == 2 {
				repeated[path] = true
			}
			if paths[path] = true; len(paths) > mostPaths {
				return nil, raw.Refuse(raw.Unsupported, 0, "its XML has more than %d kinds of elements", mostPaths)
			}
			open = append(open, element{path: path})
		case markup.End:
			open = open[:len(open)-1]
		}
	}
	return repeated, nil
}

// fill puts the elements into a document: a repeated one is a list, an attribute
// is a member, and an attribute called value is its element's value.
func fill(d *document.Document, data []byte, repeated map[string]bool, budget *raw.Budget) error {
	type place struct {
		path string
		node *document.Node
	}
	open := []place{{"", d.Root()}}
	d.Length = len(data)
	tokens := markup.NewReader(data, budget)
	for token, err := range tokens.All() {
		d.Read = tokens.At()
		if err != nil {
			return err
		}
		at := open[len(open)-1]
		switch token.Kind {
		case markup.Start:
			at.path += "/" + token.Name
			at.node, err = d.Key(at.node, []byte(token.Name))
			if err == nil && repeated[at.path] {
				if at.node, err = d.List(at.node); err == nil {
					at.node.Next()
				}
			}
			if err == nil {
				err = attributes(d, at.node, token)
			}
			open = append(open, at)
		case markup.End:
			open = open[:len(open)-1]
		case markup.Text:
			err = d.Text(at.node, token.Text())
		}
		if err != nil {
			return d.Refusal(err, "XML", 0)
		}
	}
	return nil
}

func attributes(d *document.Document, at *document.Node, token markup.Token) (err error) {
	token.Attributes(func(name, value string) {
		below := at
		if err == nil && name != "value" {
			below, err = d.Key(at, []byte(name))
		}
		if err == nil {
			err = d.Text(below, []byte(value))
		}
	})
	return err
}
