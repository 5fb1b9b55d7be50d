package rules_test

import (
	"errors"
	"fmt"

	"systole/shared/store"
	"systole/shared/store/rules"
)

// Two enrolments of one member move the pointer from the same version: the first
// one wins, and the second one is told.
func ExampleRule_Apply() {
	row := &store.Member{Username: "hong", Template: &store.Template{Version: "v1", Key: "models/1/v1"}}
	read := *row
	for _, version := range []string{"v2", "v3"} {
		left, _, err := rules.SetTemplate(read, store.Template{Version: version, Key: "models/1/" + version}, nil).Apply(row)
		fmt.Println(left.Template.Version, errors.Is(err, store.ErrConflict))
		row = left
	}
	// Output:
	// v2 false
	// v2 true
}
