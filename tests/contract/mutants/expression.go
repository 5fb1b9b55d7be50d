package main

import (
	"regexp"
	"strings"
)

// A weakening is an expression of DynamoDB that has lost one of its parts, and
// yet names and uses what it did, for the table refuses what isn't used.
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

// weakened returns what a constant text becomes when one condition of it always
// holds, or when one of its changes is made to an attribute that nothing reads.
// It returns nothing for a text that isn't an expression.
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

// conditions returns where the comparisons in a condition begin and end.
func conditions(text string) (parts [][2]int) {
	comparison := regexp.MustCompile(`attribute_(not_)?exists\([a-z_]+\)|[a-z_]+ (=|<|>|<=|>=|<>) :[a-z]+`)
	for _, at := range comparison.FindAllStringIndex(text, -1) {
		parts = append(parts, [2]int{at[0], at[1]})
	}
	return parts
}

// withoutChange writes each change of an update into an attribute of no meaning.
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
