package api

import (
	"net/http"
	"strconv"
	"strings"
)

// language is a language of the sentences, as an HTTP language tag.
type language string

const (
	korean  language = "ko"
	english language = "en"
)

// Sentence is one message in every language.
type Sentence struct {
	KO, EN string
}

func (s Sentence) in(lang language) string {
	if lang == english {
		return s.EN
	}
	return s.KO
}

// languageOf is Korean unless the request prefers English.
func languageOf(r *http.Request) language {
	return preferred(strings.Join(r.Header.Values("Accept-Language"), ","))
}

// maxRanges bounds the languages of an Accept-Language header that are read.
const maxRanges = 32

// preferred picks the language of an Accept-Language header (RFC 9110, 12.5.4):
// the one with the higher weight, of equal ones the first, and Korean when
// neither is named. "*" stands for Korean.
func preferred(header string) language {
	best, bestWeight := korean, 0.0
	koreanNamed := false
	var anyWeight float64
	ranges := 0
	for entry := range strings.SplitSeq(header, ",") {
		if ranges++; ranges > maxRanges {
			break
		}
		tag, weight := languageRange(entry)
		switch {
		case tag == "*":
			anyWeight = max(anyWeight, weight)
		case tag == "ko", strings.HasPrefix(tag, "ko-"):
			koreanNamed = true
			if weight > bestWeight {
				best, bestWeight = korean, weight
			}
		case tag == "en", strings.HasPrefix(tag, "en-"):
			if weight > bestWeight {
				best, bestWeight = english, weight
			}
		}
	}
	if !koreanNamed && anyWeight > bestWeight {
		return korean
	}
	return best
}

// languageRange reads "en-US;q=0.8". The tag is empty if the weight is malformed.
func languageRange(entry string) (tag string, weight float64) {
	tag, params, weighted := strings.Cut(entry, ";")
	tag = strings.ToLower(strings.TrimSpace(tag))
	if !weighted {
		return tag, 1
	}
	name, value, _ := strings.Cut(strings.TrimSpace(params), "=")
	if !strings.EqualFold(strings.TrimSpace(name), "q") {
		return "", 0
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(weight >= 0 && weight <= 1) {
		return "", 0
	}
	return tag, weight
}
