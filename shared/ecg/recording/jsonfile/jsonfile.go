// Package jsonfile reads the ECGs that apps export as JSON, FHIR's among them.
package jsonfile

import (
	"bytes"
	"errors"
	"math"
	"strings"

	"systole/shared/ecg/recording/internal/document"
	"systole/shared/ecg/recording/internal/raw"
)

// deepest bounds the nesting of objects and lists.
const deepest = 32

var errDeep = errors.New("too deep")

// Is reports whether the file is JSON, or JSON Lines.
func Is(data []byte) bool {
	data = bytes.TrimLeft(data, " \t\r\n\x1e")
	if len(data) == 0 {
		return false
	}
	return data[0] == '{' || data[0] == '[' && len(data) > 1 && strings.IndexByte("[{-0123456789\"] \r\n\tnN", data[1]) >= 0
}

// Read reads the newest recording of a JSON file, or the one picked.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	d, cut, err := parse(data, o)
	if err != nil {
		return nil, err
	}
	r, err := d.Recording(o)
	if err == nil && cut {
		r.Notef("cut_off", "the last line of it is cut off: what came before was read")
	}
	return r, err
}

// parse walks through a file. A file with several values, one per line (JSON
// Lines) or in sequence, is a list of them; the last may be cut off.
func parse(data []byte, o raw.Options) (d *document.Document, cut bool, err error) {
	p := &parser{scanner{data: data}, document.New(o.Budget)}
	p.Length = len(data)
	if err := p.value(p.Root(), 0); err != nil {
		return nil, false, p.refusal(err)
	}
	if p.peek(); p.at == len(data) {
		return p.Document, false, nil
	}
	if first := bytes.TrimLeft(data, " \t\r\n\x1e"); p.peek() != '{' && p.peek() != '[' || first[0] != p.peek() {
		return nil, false, raw.Refuse(raw.Unreadable, 0, "there is more behind its JSON, at byte %d", p.at)
	}
	p = &parser{scanner{data: data}, document.New(o.Budget)}
	p.Length = len(data)
	lines, err := p.List(p.Root())
	if err != nil {
		return nil, false, p.refusal(err)
	}
	for p.peek(); p.at < len(data); p.peek() {
		lines.Next()
		if err := p.value(lines, 1); err != nil {
			if cut = errors.Is(err, document.ErrSyntax) && bytes.IndexByte(data[p.at:], '\n') < 0; cut {
				break
			}
			return nil, false, p.refusal(err)
		}
		p.skip(',')
	}
	return p.Document, cut, nil
}

// parser reads JSON into a document.
type parser struct {
	scanner
	*document.Document
}

func (p *parser) refusal(err error) error {
	if errors.Is(err, errDeep) {
		return raw.Refuse(raw.Unsupported, 0, "its JSON has more than %d levels", deepest)
	}
	return p.Refusal(err, "JSON", p.at)
}

// value reads one value that lies at a node.
func (p *parser) value(at *document.Node, depth int) error {
	if len(p.data) == p.Length { // not for a text within JSON
		p.Read = p.at
	}
	switch c := p.peek(); {
	case (c == '{' || c == '[') && depth >= deepest:
		return errDeep
	case c == '{':
		return p.object(at, depth+1)
	case c == '[':
		return p.list(at, depth+1)
	case c == '"':
		text, err := p.text()
		if err != nil {
			return err
		}
		return p.written(at, text, depth)
	case c >= '0' && c <= '9', c == '-' && !p.comes("-I"):
		x, err := p.number()
		if err != nil {
			return err
		}
		return p.Number(at, x)
	}
	missing, err := p.word()
	if err == nil && missing {
		return p.Number(at, math.NaN())
	}
	return err
}

// written reads a text, which may itself be JSON, as queues and databases store
// it.
func (p *parser) written(at *document.Node, text []byte, depth int) error {
	const shortest = 16
	if len(text) >= shortest && (text[0] == '{' || text[0] == '[') && Is(text) && depth < deepest {
		inner := &parser{scanner{data: text}, p.Document}
		err := inner.value(at, depth+1)
		if !errors.Is(err, document.ErrSyntax) {
			return err
		}
	}
	return p.Text(at, text)
}

// object reads the members of an object. Keys that only state a value's type, in
// DynamoDB's and MongoDB's JSON, add no level. Keys that are numbers, as pandas
// writes rows and Firebase lists, are elements of a list.
func (p *parser) object(at *document.Node, depth int) error {
	p.at++
	for first := true; !p.skip('}'); first = false {
		if !first && !p.skip(',') || p.peek() != '"' {
			return document.ErrSyntax
		}
		key, err := p.text()
		if err != nil {
			return err
		}
		if !p.skip(':') {
			return document.ErrSyntax
		}
		below := at
		switch {
		case first && p.typeOnly(key):
			if string(key) == "NULL" {
				if _, err := p.word(); err != nil {
					return err
				}
				if err := p.Number(at, math.NaN()); err != nil {
					return err
				}
				continue
			}
		case isIndex(key):
			if below, err = p.List(at); err != nil {
				return err
			}
			below.Next()
		default:
			if below, err = p.Key(at, key); err != nil {
				return err
			}
		}
		if err := p.value(below, depth); err != nil {
			return err
		}
	}
	return nil
}

// typeOnly reports whether a key states the type of the value that follows.
func (p *parser) typeOnly(key []byte) bool {
	switch c := p.peek(); string(key) {
	case "N", "S":
		return c == '"'
	case "L":
		return c == '['
	case "M":
		return c == '{'
	case "NULL":
		return c == 't'
	}
	return bytes.HasPrefix(key, []byte("$number")) || string(key) == "$date"
}

// isIndex reports whether a key is the number of a row, or one of Firebase's that
// sort by time.
func isIndex(key []byte) bool {
	if len(key) == 20 && key[0] == '-' {
		return true
	}
	for _, c := range key {
		if c < '0' || c > '9' {
			return false
		}
	}
	return len(key) > 0
}

// list reads the values of a list.
func (p *parser) list(at *document.Node, depth int) error {
	p.at++
	elements, err := p.List(at)
	if err != nil {
		return err
	}
	for first := true; !p.skip(']'); first = false {
		if !first && !p.skip(',') {
			return document.ErrSyntax
		}
		elements.Next()
		if err := p.value(elements, depth); err != nil {
			return err
		}
	}
	return nil
}
