package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mutant is one change of the code.
type Mutant struct {
	Folder   string // the package's, from the root: shared/member
	Function string // Service.LogIn; outside of functions the variable's name
	Change   string // the change and its code: skip m.note(ctx)
	Repeat   int    // 2 for the second equal change of the function

	file  string // path of the source
	order int    // position among the mutants of the file, outer before inner
	edits []edit
}

// An edit replaces the next cut bytes of a file by a text, in which the verb %d
// stands for the mutant's number.
type edit struct {
	at, cut int
	text    string
	closes  bool // ends a call: goes behind the text written before it
}

// String returns a mutant's name. It consists of the change, so that it holds
// when the code moves.
func (m Mutant) String() string {
	name := fmt.Sprintf("%s %s: %s", m.Folder, m.Function, m.Change)
	if m.Repeat > 1 {
		name += fmt.Sprintf(" (%d)", m.Repeat)
	}
	return name
}

// name numbers a function's equal changes and sorts the mutants by name.
func name(mutants []Mutant) {
	times := make(map[string]int)
	for i := range mutants {
		times[mutants[i].String()]++
		mutants[i].Repeat = times[mutants[i].String()]
	}
	slices.SortFunc(mutants, byName)
}

func byName(a, b Mutant) int { return cmp.Compare(a.String(), b.String()) }

// apply makes the edits of one file's mutants in its source. Numbers are the
// mutants' numbers.
func apply(source []byte, mutants []Mutant, numbers []int) []byte {
	type numbered struct {
		edit
		order int
	}
	var all []numbered
	for i, m := range mutants {
		for _, e := range m.edits {
			e.text = strings.ReplaceAll(e.text, "%d", fmt.Sprint(numbers[i]))
			all = append(all, numbered{e, m.order})
		}
	}
	// At one position, closing edits come before opening ones, and of the closing
	// ones the innermost, which was found last, comes first.
	slices.SortStableFunc(all, func(a, b numbered) int {
		if a.at != b.at {
			return cmp.Compare(a.at, b.at)
		}
		if a.closes != b.closes {
			if a.closes {
				return -1
			}
			return 1
		}
		if a.closes {
			return cmp.Compare(b.order, a.order)
		}
		return cmp.Compare(a.order, b.order)
	})
	var changed []byte
	from := 0
	for _, e := range all {
		if e.at > from {
			changed = append(changed, source[from:e.at]...)
			from = e.at
		}
		changed = append(changed, e.text...)
		from = max(from, e.at+e.cut)
	}
	return append(changed, source[from:]...)
}
