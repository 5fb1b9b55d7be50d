package main

import (
	"regexp"
	"strings"
)

// A weakening is an expression of DynamoDB without one of its parts. It still
// mentions all of its names and values, because the table refuses unused ones.
type weakening struct {
	dropped    string
	expression string
}

var (
	conditionWord = regexp.MustCompile(`attribute_(not_)?exists\(|[=<>] :| AND `)
	updateWord    = regexp.MustCompile(`^(SET|REMOVE|ADD) `)
	clauseWord    = regexp.MustCompile(`\b(SET|REMOVE|ADD) `)
	assigned      = regexp.MustCompile(`^[a-z_]+\b`)
)

// weakened returns the expressions that result if one condition of a constant
// text always holds, or if one of its changes goes to an attribute that nothing
// reads. It returns nil for a text that is not an expression.
func weakened(text string) []weakening {
	if updateWord.MatchString(text) {
		return withoutChange(text)
	}
	if !conditionWord.MatchString(text) {
		return nil
	}
	var weaker []weakening
	for _, part := range conditions(text) {
		c := text[part[0]:part[1]]
		if strings.Count(c, "(") != strings.Count(c, ")") || !conditionWord.MatchString(c) {
			continue
		}
		weaker = append(weaker, weakening{c, text[:part[0]] + "(" + c + " OR NOT " + c + ")" + text[part[1]:]})
	}
	return weaker
}

// conditions returns the start and the end of each comparison in a condition.
func conditions(text string) (parts [][2]int) {
	comparison := regexp.MustCompile(`attribute_(not_)?exists\([a-z_]+\)|[a-z_]+ (=|<|>|<=|>=|<>) :[a-z]+`)
	for _, at := range comparison.FindAllStringIndex(text, -1) {
		parts = append(parts, [2]int{at[0], at[1]})
	}
	return parts
}

// withoutChange moves each change of an update to an attribute without meaning.
func withoutChange(text string) []weakening {
	var weaker []weakening
	starts := clauseWord.FindAllStringIndex(text, -1)
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		from := start[1]
		for _, change := range strings.SplitAfter(text[from:end], ", ") {
			if name := assigned.FindString(change); name != "" {
				shown := strings.TrimRight(change, ", ")
				weaker = append(weaker, weakening{text[start[0]:start[1]] + shown, text[:from] + "mutated_" + name + change[len(name):] + text[from+len(change):]})
			}
			from += len(change)
		}
	}
	return weaker
}
