package document

import (
	"math"
	"strconv"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
)

// splitRows splits lists of rows, such as [[time, value], [time, value]]: each
// place in the rows becomes a column, named by the first row, or by a list of the
// same length beside it.
func (d *Document) splitRows() {
	columns := d.columns
	*d = Document{byPath: make(map[string]*column), inside: make(map[string][]*column), quantities: make(map[string][]*column), budget: d.budget}
	named := &Document{columns: columns}
	for _, c := range columns {
		width := c.rowWidth()
		names := named.rowNames(c, width)
		if width == 0 || names == nil && !c.isRows(width) {
			d.keep(c)
			continue
		}
		for k := range width {
			d.keep(c.place(k, width, names))
		}
	}
}

// rowWidth returns the number of values in each inner list of a column that is a
// list of short lists, else 0.
func (c *column) rowWidth() int {
	n := len(c.levels)
	if n < 2 || !strings.HasSuffix(c.path, "[][]") || len(c.levels[n-2].spans) == 0 {
		return 0
	}
	rows := c.levels[n-2].spans
	width := rows[0].width
	for _, s := range rows {
		if s.width != width {
			return 0
		}
	}
	if all := c.levels[n-2].elements(); width < 2 || width > raw.MaxColumns || all < fewestNumbers/2 || all <= width {
		return 0
	}
	return width
}

// isRows distinguishes rows of values at one time from packets of samples, in
// which consecutive values differ less than those of consecutive packets.
func (c *column) isRows(width int) bool {
	next, below := 0.0, 0.0
	for i := width; i < len(c.values); i++ {
		if a, b := math.Abs(c.values[i]-c.values[i-1]), math.Abs(c.values[i]-c.values[i-width]); a == a && b == b {
			next, below = next+a, below+b
		}
	}
	return below < next
}

// rowNames returns the names of a row's values, nil if there are none.
func (d *Document) rowNames(c *column, width int) []string {
	if width == 0 {
		return nil
	}
	head := func(words []string) []string {
		if len(words) < width {
			return nil
		}
		for _, w := range words[:width] {
			if w == "" || len(w) > mostText {
				return nil
			}
		}
		return words[:width]
	}
	if names := head(c.words); names != nil && c.texts <= width && math.IsNaN(c.values[0]) {
		return names
	}
	for _, other := range d.columns {
		if other != c && len(other.values) == width && other.texts == width && parent(other.path) == parent(c.path) && strings.HasSuffix(other.path, "[]") {
			return head(other.words)
		}
	}
	return nil
}

// place returns the column of the values at one place of the rows.
func (c *column) place(k, width int, names []string) *column {
	name := lastKey(c.path)
	if k > 0 {
		name += strconv.Itoa(k + 1)
	}
	if names != nil {
		name = strings.ReplaceAll(names[k], ".", " ")
	}
	skip := 0 // of a row of names
	if c.texts > 0 && names != nil && len(c.levels) == 2 {
		skip = 1
	}
	one := &column{path: strings.TrimSuffix(c.path, "[]") + "." + name, last: c.last}
	one.values = make([]float64, 0, len(c.values)/width)
	for i := skip*width + k; i < len(c.values); i += width {
		one.values = append(one.values, c.values[i])
		if i < len(c.words) && c.texts+c.clock > 0 {
			one.words = append(one.words, c.words[i])
		}
	}
	if rising, _ := one.shape(); rising && names == nil && k == 0 {
		one.path = strings.TrimSuffix(c.path, "[]") + ".time"
	}
	if c.clock > 0 && len(one.words) > 0 && strings.Trim(one.words[len(one.words)-1], "0123456789.-+eE") != "" {
		one.clock = len(one.values)
	}
	for _, l := range c.levels[:len(c.levels)-1] {
		of := level{list: l.list}
		for _, s := range l.spans {
			of.spans = append(of.spans, span{s.element, s.from / width, s.width / width, s.count})
		}
		if skip > 0 {
			of.spans[0].element++
			of.spans[0].count--
		}
		one.levels = append(one.levels, of)
	}
	return one
}
