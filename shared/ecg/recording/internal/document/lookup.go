package document

import (
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// sampledData returns the path of FHIR's SampledData that contains a signal, ""
// if there is none.
func (d *Document) sampledData(path string) string {
	at := parent(path)
	if lastKey(path) != "data" || d.byPath[at+".period"] == nil && d.byPath[at+".interval"] == nil || d.byPath[at+".origin.value"] == nil && d.byPath[at+".dimensions"] == nil {
		return ""
	}
	return at
}

// scalar returns the last number at a path, 0 if there is none.
func (d *Document) scalar(path string) float64 {
	c := d.byPath[path]
	if c == nil || len(c.values) == 0 || math.IsNaN(c.values[len(c.values)-1]) {
		return 0
	}
	return c.values[len(c.values)-1]
}

// text returns the last text at a path, "" if there is none.
func (d *Document) text(path string) string {
	if c := d.byPath[path]; c != nil {
		return c.last
	}
	return ""
}

// number returns the last number under one of the keys in the objects around a
// path, the nearest first; 0 if there is none.
func (d *Document) number(path string, keys []string) (value float64) {
	d.around(path, func(key string, c *column) bool {
		n := len(c.values)
		if !matches(key, keys) || n == 0 || n >= fewestNumbers || math.IsNaN(c.values[n-1]) {
			return false
		}
		value = c.values[n-1]
		return true
	})
	return value
}

// word returns the last text under one of the keys in the objects around a path,
// the nearest first; "" if there is none.
func (d *Document) word(path string, keys []string) (word string) {
	d.nearby(path, func(key string, c *column) bool {
		if !matches(key, keys) || c.last == "" {
			return false
		}
		word = c.last
		return true
	})
	return word
}

// around calls take with the columns in the objects around a path and their keys,
// the nearest first, until take returns true. A quantity, an object with a value,
// is passed under its own key.
func (d *Document) around(path string, take func(key string, c *column) bool) {
	for at := path; at != ""; {
		at = parent(at)
		for _, c := range d.inside[at] {
			if take(lastKey(c.path), c) {
				return
			}
		}
		for _, c := range d.quantities[at] {
			if take(lastKey(parent(c.path)), c) {
				return
			}
		}
	}
}

// nearby is around, followed by the values of objects beside those around a path,
// such as "meta" or "device". It skips objects with a signal or the name of one,
// or the name of a filter: they describe something else.
func (d *Document) nearby(path string, take func(key string, c *column) bool) {
	taken := false
	d.around(path, func(key string, c *column) bool {
		taken = take(key, c)
		return taken
	})
	for at := path; at != "" && !taken; {
		at = parent(at)
		for _, c := range d.columns {
			object := parent(c.path)
			if taken || parent(object) != at || object == "" || strings.HasPrefix(path, object) || len(c.levels) > levelsOf(at) || d.isElsewhere(object) {
				continue
			}
			if matches(lastKey(c.path), quantityKeys) {
				continue
			}
			taken = take(lastKey(c.path), c)
		}
		for object, quantities := range d.quantities {
			if parent(object) != at || object == "" || strings.HasPrefix(path, object) || d.isElsewhere(object) {
				continue
			}
			for _, c := range quantities {
				taken = taken || take(lastKey(parent(c.path)), c)
			}
		}
	}
}

// levelsOf returns the number of lists that contain a path.
func levelsOf(path string) int { return strings.Count(path, "[]") }

// isElsewhere reports whether an object describes another signal, or something
// else.
func (d *Document) isElsewhere(object string) bool {
	name := words(lastKey(object))
	if _, other := (raw.Channel{Name: name}).Says(); other || raw.NamesNoRate(name) {
		return true
	}
	for _, c := range d.columns {
		if len(c.values) >= fewestNumbers && strings.HasPrefix(c.path, object) {
			return true
		}
	}
	return false
}

func matches(key string, keys []string) bool {
	return slices.ContainsFunc(keys, func(k string) bool { return strings.EqualFold(key, k) })
}
