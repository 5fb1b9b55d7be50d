package main

import (
	_ "embed"
	"fmt"
	"strings"
)

// explained.txt names mutants that live, and says of each why no test could
// notice it: a line that begins with # is the reason of the names below it.
//
//go:embed explained.txt
var explainedText string

// explanations returns the reason of each mutant in explained.txt.
func explanations(text string) (map[string]string, error) {
	reasons := make(map[string]string)
	reason := ""
	after := false // of a name
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch said, comment := strings.CutPrefix(line, "# "); {
		case line == "":
		case comment && after:
			reason, after = said, false
		case comment:
			reason = strings.TrimSpace(reason + " " + said)
		case reason == "":
			return nil, fmt.Errorf("explained.txt: %s has no reason", line)
		default:
			reasons[line], after = reason, true
		}
	}
	return reasons, nil
}
