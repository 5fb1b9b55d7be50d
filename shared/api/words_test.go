package api

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"systole/shared/ecg/rate"
	"systole/shared/fault"
)

// params are the parameters of each code, optional ones included.
var params = map[fault.Code][]string{
	fault.UnsupportedMediaType: {"accepts"},
	fault.BodyTooLarge:         {"limit_bytes"},
	fault.MalformedBody:        {"reason"},
	fault.FileMissing:          {"parts"},
	fault.TooManyFiles:         {"uploads"},
	fault.FieldMissing:         {"field"},
	fault.FieldInvalid:         {"field", "hint"},
	fault.RecordingUnreadable:  {"line"},
	fault.RateImplausible:      {"heart_rate", "likely_hz"},
	fault.TooShort:             {"seconds_missing"},
	fault.DayTooSoon:           {"hours"},
	fault.TooManyChecks:        {"seconds"},
	fault.TooManyLogIns:        {"seconds"},
	fault.TooManySignUps:       {"seconds"},
	fault.TooFewBeats:          {"beats_missing"},
}

func TestEveryCodeHasWordsAndNoOther(t *testing.T) {
	declared := declaredCodes(t)
	for _, code := range declared {
		w, ok := words[code]
		if !ok {
			t.Errorf("%s has no words", code)
			continue
		}
		if !hangul(w.KO) || hangul(w.EN) || w.status < 400 || w.status > 599 {
			t.Errorf("%s has words %+v", code, w)
		}
	}
	for code := range words {
		if !slices.Contains(declared, code) {
			t.Errorf("words for %s, which is not in package fault", code)
		}
	}
}

func TestEveryKindOfForeignFileHasWordsAndNoOther(t *testing.T) {
	source, err := os.ReadFile("../ecg/recording/foreign/foreign.go")
	if err != nil {
		t.Fatal(err)
	}
	var kinds []string
	for _, m := range regexp.MustCompile(`(?m)^\t[A-Z]\w* += "([a-z0-9_]+)"$`).FindAllStringSubmatch(string(source), -1) {
		kinds = append(kinds, m[1])
		if s := fileWords[m[1]]; !hangul(s.KO) || s.EN == "" || hangul(s.EN) {
			t.Errorf("%s has words %+v", m[1], s)
		}
	}
	if len(kinds) < 15 || len(fileWords) != len(kinds) {
		t.Errorf("%d kinds, %d have words", len(kinds), len(fileWords))
	}
}

func TestAForeignFileIsAnsweredWithWhatToSendInstead(t *testing.T) {
	for lang, want := range map[string]string{"en": "web page", "ko": "웹 페이지"} {
		r := httptest.NewRequest(http.MethodPost, "/", nil)
		r.Header.Set("Accept-Language", lang)
		w := httptest.NewRecorder()
		Refuse(w, r, fault.New(fault.RecordingUnsupported, "file", "web_page"))
		if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, want) || !strings.Contains(body, `"file":"web_page"`) {
			t.Errorf("%s: %d %s", lang, w.Code, body)
		}
	}
}

func hangul(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return unicode.Is(unicode.Hangul, r) })
}

// declaredCodes reads the constants of package fault from its source.
func declaredCodes(t *testing.T) []fault.Code {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../fault/codes.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var codes []fault.Code
	ast.Inspect(file, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			s, err := strconv.Unquote(lit.Value)
			if err != nil {
				t.Fatal(err)
			}
			codes = append(codes, fault.Code(s))
		}
		return true
	})
	if len(codes) < 30 {
		t.Fatalf("only %d codes found", len(codes))
	}
	return codes
}

func TestSentencesNameTheSameKnownParameters(t *testing.T) {
	placeholder := regexp.MustCompile(`\{(\w+)\}`)
	names := func(s string) []string {
		var found []string
		for _, m := range placeholder.FindAllStringSubmatch(s, -1) {
			found = append(found, m[1])
		}
		slices.Sort(found)
		return found
	}
	for code, w := range words {
		want := slices.Clone(params[code])
		slices.Sort(want)
		if got := names(w.KO); !slices.Equal(got, want) {
			t.Errorf("%s in Korean names %q, want %q", code, got, want)
		}
		if got := names(w.EN); !slices.Equal(got, want) {
			t.Errorf("%s in English names %q, want %q", code, got, want)
		}
	}
}

func TestSentence(t *testing.T) {
	tests := []struct {
		name   string
		code   fault.Code
		lang   language
		params map[string]any
		want   string
	}{
		{"parameter", fault.FieldMissing, english, map[string]any{"field": "name"}, "A required field is missing: name. Send it with a value."},
		{"hint of a field", fault.FieldInvalid, english, map[string]any{"field": "age"}, "A value is not valid: age. Send it."},
		{"hint in Korean", fault.FieldInvalid, korean, map[string]any{"field": "gender"}, "값이 올바르지 않습니다: gender. 보내 주세요."},
		{"clause with its parameter", fault.TooShort, english, map[string]any{"seconds_missing": 4.5}, "The recording is too short by 4.5 seconds. Please record again for longer."},
		{"number of two decimals", fault.TooShort, english, map[string]any{"seconds_missing": 4.25}, "The recording is too short by 4.2 seconds. Please record again for longer."},
		{"whole number", fault.TooShort, english, map[string]any{"seconds_missing": 4.0}, "The recording is too short by 4 seconds. Please record again for longer."},
		{"clause without its parameter", fault.TooShort, english, nil, "The recording is too short. Please record again for longer."},
		{"parameter that looks like a placeholder", fault.FieldMissing, english, map[string]any{"field": "{field}[x]"}, "A required field is missing: {field}[x]. Send it with a value."},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := words[tt.code].sentence(tt.lang, tt.params, Sentence{"보내 주세요.", "Send it."}); got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

func TestRefusalsAreListedByStatusAndCode(t *testing.T) {
	all := Words()
	if len(all) != len(words) {
		t.Fatalf("%d of %d", len(all), len(words))
	}
	for i, w := range all {
		if w.Status != words[w.Error].status || w.Sentence != words[w.Error].Sentence {
			t.Errorf("%+v", w)
		}
		if i > 0 && (all[i-1].Status > w.Status || all[i-1].Status == w.Status && all[i-1].Error >= w.Error) {
			t.Errorf("%s comes behind %s", w.Error, all[i-1].Error)
		}
	}
	if got := Plain(fault.TooShort); got.Error != fault.TooShort || got.Status != 422 || got.EN != "The recording is too short. Please record again for longer." || !hangul(got.KO) {
		t.Errorf("%+v", got)
	}
}

func TestAReasonIsToldWhereItIsGiven(t *testing.T) {
	with := words[fault.MalformedBody].sentence(english, map[string]any{"reason": "json"}, Sentence{})
	without := words[fault.MalformedBody].sentence(english, nil, Sentence{})
	if with != "The body can't be read. It isn't one JSON object. Send it as {\"field\": value}." || without != "The body can't be read." {
		t.Errorf("%q and %q", with, without)
	}
}

func TestARefusedRateIsToldTheRatesThatCanBeWorkedWith(t *testing.T) {
	bounds := regexp.MustCompile(fmt.Sprintf(`%d(~| to )%d Hz`, rate.MinHz, rate.MaxHz))
	for _, sentence := range []string{words[fault.RateImplausible].KO, words[fault.RateImplausible].EN} {
		if !bounds.MatchString(sentence) {
			t.Errorf("%q doesn't name %s", sentence, bounds)
		}
	}
}
