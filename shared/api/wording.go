package api

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"systole/shared/fault"
)

// Word is a refusal as it is answered. In its sentence {name} stands for the
// parameter of that name; the text between [ and ] is left out unless all of its
// parameters are set.
type Word struct {
	Error  fault.Code
	Status int
	Sentence
}

// Plain returns the refusal with a code without parameters, as a gateway in front
// of the service answers it.
func Plain(code fault.Code) Word {
	w := words[code]
	return Word{code, w.status, Sentence{w.sentence(korean, nil, Sentence{}), w.sentence(english, nil, Sentence{})}}
}

// Words returns every refusal, by status and code.
func Words() []Word {
	all := make([]Word, 0, len(words))
	for code, w := range words {
		all = append(all, Word{code, w.status, w.Sentence})
	}
	slices.SortFunc(all, func(a, b Word) int {
		return cmp.Or(cmp.Compare(a.Status, b.Status), cmp.Compare(a.Error, b.Error))
	})
	return all
}

// sentence fills in the parameters, and the hint for {hint}.
func (w word) sentence(lang language, params map[string]any, hint Sentence) string {
	s := w.in(lang)
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "[")
		filled, _ := fill(before, lang, params, hint)
		out.WriteString(filled)
		if !found {
			return out.String()
		}
		clause, after, _ := strings.Cut(rest, "]")
		if filled, ok := fill(clause, lang, params, hint); ok {
			out.WriteString(filled)
		}
		s = after
	}
}

// fill fills the parameters into s; not ok if one is missing.
func fill(s string, lang language, params map[string]any, hint Sentence) (filled string, ok bool) {
	ok = true
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(s, "{")
		out.WriteString(before)
		if !found {
			return out.String(), ok
		}
		name, after, _ := strings.Cut(rest, "}")
		value, there := params[name]
		switch {
		case name == "hint":
			out.WriteString(hint.in(lang))
		case name == "reason" && there:
			out.WriteString(malformedReasons[value].in(lang))
		case there:
			out.WriteString(spelled(value))
		default:
			ok = false
		}
		s = after
	}
}

// spelled writes a parameter for a person: numbers with at most one decimal.
func spelled(value any) string {
	x, isFloat := value.(float64)
	if !isFloat {
		return fmt.Sprint(value)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}
