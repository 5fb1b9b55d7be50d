// Package document reads recordings from files of keys and values, JSON and XML.
//
// Apps write them in many shapes. All have long lists of numbers, and words
// beside them that describe the lists. So a file is walked through once, value by
// value, and the values at the same keys become a column, whatever lists they lie
// in. The role of a list (recordings, leads, packets of samples or samples) is
// decided afterwards.
package document

import (
	"errors"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// Bounds on the memory for a file.
const (
	mostColumns = 4096
	mostNodes   = 4 * mostColumns
	manyValues  = 1 << 18 // of a column, from which it gets room for the rest
	mostSpans   = 1 << 21 // of all columns, 32 bytes each
	mostWords   = 4096    // texts of a column that are kept
	mostTexts   = 1 << 19 // of all columns that are kept
	mostText    = 256     // bytes of a text that are kept
	deepest     = 32      // levels of nested objects and lists
	// valuesBetweenAsks is the number of values read between two looks at the
	// request's context: some milliseconds of work.
	valuesBetweenAsks = 1 << 14
)

var (
	errDeep = errors.New("too deep")
	errLong = errors.New("too long")
	// ErrSyntax is a parser's error for a malformed file.
	ErrSyntax = errors.New("syntax error")
)

// Document is a file as columns.
type Document struct {
	columns []*column
	byPath  map[string]*column
	inside  map[string][]*column // columns, by the parents of their paths
	// quantities are the columns named "value", or by their unit such as "Hz", by
	// the object that has the quantity.
	quantities map[string][]*column
	root       Node
	most       int // values, at most
	values     int // so far
	nodes      int // so far
	spans      int // so far
	words      int // so far
	budget     *raw.Budget
	// Length is the length of the file in bytes, and Read the number of bytes read
	// so far: columns of many values get room for the rest. 0 if the parser
	// doesn't set them.
	Length, Read int
	reserved     int // values that such columns have room for
}

// New returns an empty document to be filled within a budget.
func New(budget *raw.Budget) *Document {
	return &Document{byPath: make(map[string]*column), inside: make(map[string][]*column), quantities: make(map[string][]*column), budget: budget, most: budget.Samples()}
}

// Node is a key or a list on the path to values.
type Node struct {
	path     string
	depth    int
	keys     map[string]*Node // of an object
	list     *Node            // the elements of a list
	lists    []*Node          // the lists that the node lies in, outermost first
	elements int              // number of elements begun so far, of a list
	column   *column          // nil until it has a value
}

// Root returns the node of the file's own value.
func (d *Document) Root() *Node { return &d.root }

// Key returns the node of an object's member.
func (d *Document) Key(at *Node, key []byte) (*Node, error) {
	if below := at.keys[string(key)]; below != nil {
		return below, nil
	}
	below, err := d.grow(at, "."+string(key[:min(len(key), mostText)]))
	if err != nil {
		return nil, err
	}
	below.lists = at.lists
	if at.keys == nil {
		at.keys = make(map[string]*Node)
	}
	at.keys[string(key)] = below
	return below, nil
}

// List returns the node of a list's elements. Each of them begins with Next.
func (d *Document) List(at *Node) (*Node, error) {
	if at.list != nil {
		return at.list, nil
	}
	elements, err := d.grow(at, "[]")
	if err != nil {
		return nil, err
	}
	elements.lists = append(slices.Clip(at.lists), elements)
	at.list = elements
	return elements, nil
}

// Next begins the next element of a list.
func (n *Node) Next() { n.elements++ }

// grow makes a node, up to the bound on nodes.
func (d *Document) grow(at *Node, step string) (*Node, error) {
	if d.nodes++; d.nodes > mostNodes || at.depth >= 2*deepest {
		return nil, errDeep
	}
	return &Node{path: at.path + step, depth: at.depth + 1}, nil
}

// Number adds a number, NaN for a missing one.
func (d *Document) Number(at *Node, x float64) error {
	_, err := d.add(at, x)
	return err
}

// add adds a value and records the elements of the lists that it lies in.
func (d *Document) add(at *Node, x float64) (*column, error) {
	if d.values++; d.values > d.most {
		return nil, errLong
	}
	if d.values%valuesBetweenAsks == 0 && d.budget.Err() != nil {
		return nil, d.budget.Err()
	}
	if at.column == nil {
		if len(d.columns) >= mostColumns {
			return nil, errDeep
		}
		c := &column{path: at.path, levels: make([]level, len(at.lists))}
		for i, list := range at.lists {
			c.levels[i].list = list
		}
		at.column = c
		d.keep(c)
	}
	c := at.column
	n := len(c.values)
	for i := range c.levels {
		l := &c.levels[i]
		e := l.list.elements
		if e == l.last {
			continue
		}
		if k := len(l.spans) - 1; k >= 0 && l.spans[k].width == n-l.open && l.spans[k].element+l.spans[k].count == l.last {
			l.spans[k].count++ // as close does
		} else {
			l.close(n)
			d.spans++
		}
		l.last, l.open = e, n
	}
	if d.spans > mostSpans {
		return nil, errDeep
	}
	if n >= manyValues && n == cap(c.values) {
		c.values = d.extended(c.values)
	}
	c.values = append(c.values, x)
	return c, nil
}

// extended returns a column's values with room for as many as the rest of the
// file has at this rate, so that they aren't copied repeatedly. All columns
// together get no more room than the values that are read.
func (d *Document) extended(values []float64) []float64 {
	if d.Read == 0 {
		return values
	}
	n := min(int(1.02*float64(len(values))/float64(d.Read)*float64(d.Length)), d.most-d.reserved)
	if n < len(values)*9/8 { // room for a few more would soon need another copy
		return values
	}
	d.reserved += n
	return slices.Grow(values, n-len(values))
}

// close ends the open elements.
func (d *Document) close() {
	for _, c := range d.columns {
		for i := range c.levels {
			c.levels[i].close(len(c.values))
		}
	}
}

// column holds the values at the same keys, in the order of the file.
type column struct {
	path       string
	values     []float64 // for a text its number or moment, else NaN
	words      []string  // the texts of the first values, "" for numbers
	last       string    // the last text
	lastIsWord bool      // it is not a number, a moment, or a word for a missing value
	texts      int       // number of texts that aren't numbers
	clock      int       // number of texts that are dates or times
	levels     []level   // the lists that it lies in, outermost first
}

// level records which values of a column lie in which elements of one list.
type level struct {
	list  *Node
	last  int // the element of the last value
	spans []span
	open  int // index at which the last element begins
}

// span is a run of elements with equal numbers of values.
type span struct{ element, from, width, count int }

// close ends the last element before a value.
func (l *level) close(at int) {
	width := at - l.open
	if l.last == 0 || width == 0 {
		return
	}
	if n := len(l.spans); n > 0 {
		if s := &l.spans[n-1]; s.width == width && s.element+s.count == l.last {
			s.count++
			l.open = at
			return
		}
	}
	l.spans = append(l.spans, span{l.last, l.open, width, 1})
	l.open = at
}

// elements returns the number of elements of a list that have values.
func (l *level) elements() (n int) {
	for _, s := range l.spans {
		n += s.count
	}
	return n
}

// each calls take with the elements of a list and the range of their values.
func (l *level) each(take func(element, from, to int)) {
	for _, s := range l.spans {
		for i := range s.count {
			take(s.element+i, s.from+i*s.width, s.from+(i+1)*s.width)
		}
	}
}

// rangeOf returns the range of the values of an element.
func (l *level) rangeOf(element int) (from, to int) {
	i, found := slices.BinarySearchFunc(l.spans, element, func(s span, e int) int {
		switch {
		case e < s.element:
			return 1
		case e >= s.element+s.count:
			return -1
		}
		return 0
	})
	if !found {
		return 0, 0
	}
	s := l.spans[i]
	from = s.from + (element-s.element)*s.width
	return from, from + s.width
}

// within returns the column reduced to one element of its level.
func (c *column) within(i, element int) *column {
	from, to := c.levels[i].rangeOf(element)
	part := &column{path: c.path, values: c.values[from:to], last: c.last}
	if len(c.words) > 0 {
		part.words = c.words[min(from, len(c.words)):min(to, len(c.words))]
		part.texts, part.clock = min(c.texts, to-from), min(c.clock, to-from)
		if n := len(part.words); n > 0 && n == to-from {
			part.last = part.words[n-1]
		}
	}
	for _, l := range c.levels[i+1:] {
		part.levels = append(part.levels, l.clip(from, to))
	}
	return part
}

// clip returns the level reduced to the elements whose values lie in a range.
func (l *level) clip(from, to int) level {
	clipped := level{list: l.list}
	for _, s := range l.spans {
		first := max(0, (from-s.from+s.width-1)/s.width)
		end := min(s.count, (to-s.from)/s.width)
		if s.from < to && first < end {
			clipped.spans = append(clipped.spans, span{s.element + first, s.from + first*s.width - from, s.width, end - first})
		}
	}
	return clipped
}

// at returns the document reduced to one element of a list.
func (d *Document) at(list *Node, element int) *Document {
	part := New(d.budget)
	for _, c := range d.columns {
		if i := c.levelOf(list); i >= 0 {
			if c = c.within(i, element); len(c.values) == 0 {
				continue
			}
		}
		part.keep(c)
	}
	return part
}

// keep adds a column.
func (d *Document) keep(c *column) {
	d.columns = append(d.columns, c)
	d.byPath[c.path] = c
	at := parent(c.path)
	d.inside[at] = append(d.inside[at], c)
	if key := lastKey(c.path); at != "" && (matches(key, quantityKeys) || raw.IsRateUnit(key)) {
		d.quantities[parent(at)] = append(d.quantities[parent(at)], c)
	}
}

// quantityKeys are the keys of the number in an object that is a number with its
// unit.
var quantityKeys = []string{"value", "val", "magnitude", "amount"}

// levelOf returns a list's position among a column's lists, -1 for none.
func (c *column) levelOf(list *Node) int {
	return slices.IndexFunc(c.levels, func(l level) bool { return l.list == list })
}

// parent returns the path without its last key and the lists after it.
func parent(path string) string {
	path = strings.TrimRight(path, "[]")
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i]
	}
	return ""
}

// lastKey returns the last key of a path.
func lastKey(path string) string {
	path = strings.TrimRight(path, "[]")
	return path[strings.LastIndexByte(path, '.')+1:]
}

// Refusal returns the refusal of a file, near a byte, that has wrong syntax or
// costs too much; an error of the budget's context takes precedence.
func (d *Document) Refusal(err error, syntax string, at int) error {
	switch {
	case d.budget.Err() != nil:
		return d.budget.Err()
	case errors.Is(err, errDeep):
		return raw.Refuse(raw.Unsupported, 0, "it has more than %d levels or %d places", deepest, mostColumns)
	case errors.Is(err, errLong):
		return raw.Refuse(raw.Unsupported, 0, "it has more than %d numbers: send one recording alone", d.most)
	}
	return raw.Refuse(raw.Unreadable, 0, "its %s ends, or breaks, near byte %d", syntax, at)
}
