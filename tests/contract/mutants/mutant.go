package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Mutant is one change of the code.
type Mutant struct {
	Folder   string // of the package, from the root: shared/member
	Function string // Service.LogIn; the variable's name outside of functions
	Change   string // what is changed, and the code that is: skip m.note(ctx)
	Repeat   int    // 2 for the second such change of the function

	file  string // path of the source
	order int    // among those of the file, the outer before the inner
	edits []edit
}

// An edit inserts text into a file, in place of the next cut bytes. The verb %d
// in it stands for the mutant's number.
type edit struct {
	at, cut int
	text    string
	closes  bool // comes after what was written before it: the end of a call
}

// String names a mutant by what it changes, so that the name holds when the code
// moves.
func (m Mutant) String() string {
	name := fmt.Sprintf("%s %s: %s", m.Folder, m.Function, m.Change)
	if m.Repeat > 1 {
		name += fmt.Sprintf(" (%d)", m.Repeat)
	}
	return name
}

// name numbers the changes of a function that read the same, and sorts by name.
func name(mutants []Mutant) {
	times := make(map[string]int)
	for i := range mutants {
		times[mutants[i].String()]++
		mutants[i].Repeat = times[mutants[i].String()]
	}
	slices.SortFunc(mutants, byName)
}

func byName(a, b Mutant) int { return cmp.Compare(a.String(), b.String()) }

// apply makes the edits of mutants, all of one file, in its source. Numbers are
// the mutants' numbers.
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
	// What closes comes before what opens at the same place; of what closes the
	// innermost, which was found last, comes first.
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
