package recording

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Apple's Health writes an ECG of its watch as rows of a key and a value in the
// owner's language, some blank lines, the lead and the unit, and then one number
// a line, with the decimal mark of that language. What a row is about is told by
// its value: keys are in too many languages.

const (
	appleHead    = 4096 // bytes in which the rows must be
	appleRows    = 5    // at least
	appleMost    = 30   // rows, at most
	appleNumbers = 100  // lines of numbers, at least, that follow
)

var (
	appleRate   = regexp.MustCompile(`^"?([0-9]{3}(?:[.,][0-9]+)?)[\s\x{a0}\x{202f}]*\pL`)
	appleDevice = regexp.MustCompile(`^"?Watch[0-9]`)
)

// appleFile is what its rows tell.
type appleFile struct {
	rateHz float64
	device string
	start  time.Time
	lead   string
	scale  float64
	body   []byte
}

// isApple reports whether the file is Apple's, in any language.
func isApple(data []byte) bool {
	_, ok := parseApple(data)
	return ok
}

// parseApple takes the rows apart. The owner's name and birth date are among
// them, and are looked at no further.
func parseApple(data []byte) (f appleFile, ok bool) {
	rest := bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	rows := 0
	for read := 0; len(rest) > 0 && read < appleHead; {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		read += len(line) + 1
		text := strings.TrimSpace(string(line))
		if isAppleNumber(text) {
			f.body = rest
			return f, rows >= appleRows && f.rateHz > 0 && f.scale > 0
		}
		rest = after
		if text == "" {
			continue
		}
		if rows++; rows > appleMost {
			return f, false
		}
		_, value, found := strings.Cut(text, ",")
		if found {
			f.take(strings.TrimSpace(value))
		}
	}
	return f, false
}

// isAppleNumber reports whether a line is one number, with either decimal mark.
func isAppleNumber(line string) bool {
	if line == "" || strings.Trim(line, "0123456789.,-+eE") != "" || strings.Count(line, ",") > 1 {
		return false
	}
	_, ok := parseNumber([]byte(line), strings.Contains(line, ","))
	return ok
}

// take looks at a row's value.
func (f *appleFile) take(value string) {
	value = strings.Trim(value, `"`)
	if at, err := time.Parse("2006-01-02 15:04:05 -0700", value); err == nil {
		f.start = at.UTC()
		return
	}
	if m := appleRate.FindStringSubmatch(value); m != nil {
		f.rateHz, _ = parseNumber([]byte(strings.Replace(m[1], ",", ".", 1)), false)
		return
	}
	if appleDevice.MatchString(value) {
		f.device = "Apple " + value
		return
	}
	if scale, ok := appleUnits[strings.ToLower(strings.ReplaceAll(value, "μ", "µ"))]; ok {
		f.scale = scale
		return
	}
	words := strings.FieldsFunc(value, unicode.IsSpace)
	if n := len(words); n == 2 && strings.Trim(words[n-1], "IV") == "" {
		f.lead = words[n-1]
	}
}

// appleUnits are factors to mV.
var appleUnits = map[string]float64{"µv": 1e-3, "uv": 1e-3, "mv": 1, "v": 1e3}

func readApple(data []byte, _ Hints) (*Recording, error) {
	f, _ := parseApple(data)
	mv := make([]float64, 0, len(f.body)/6)
	comma := false
	for line, number := []byte(nil), 1; len(f.body) > 0; number++ {
		line, f.body, _ = bytes.Cut(f.body, []byte{'\n'})
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		comma = comma || bytes.IndexByte(line, ',') >= 0
		x, ok := parseNumber(line, comma)
		if !ok && len(f.body) == 0 {
			break // cut off
		}
		if !ok {
			return nil, refuse(Unreadable, 0, "number %d of its samples is none", number)
		}
		mv = append(mv, f.scale*x)
	}
	if len(mv) < appleNumbers {
		return nil, refuse(Unreadable, 0, "it has %d samples only", len(mv))
	}
	if f.lead == "" {
		f.lead = "I" // what a watch records
	}
	return &Recording{RateHz: f.rateHz, Start: f.start, Device: f.device, Leads: []Lead{{Name: f.lead, MV: mv}}}, nil
}

// isAppleExport finds the folder of ECGs in the archive of everything that the
// Health app knows.
func isAppleExport(entries []entry) bool {
	return slices.ContainsFunc(entries, isAppleECG)
}

func isAppleECG(e entry) bool {
	return strings.Contains(strings.ToLower(e.name), "electrocardiograms/") && strings.HasSuffix(e.base(), ".csv")
}

// readAppleExport reads the newest ECG, or the one picked. Their names sort by
// day; what else is in the archive is not unpacked.
func readAppleExport(entries []entry, h Hints) (*Recording, error) {
	ecgs := picked(entries, isAppleECG, h)
	if len(ecgs) == 0 {
		return nil, refuse(Unreadable, 0, "it has no ECG of the name that was asked for")
	}
	slices.SortFunc(ecgs, func(a, b entry) int { return strings.Compare(b.base(), a.base()) })
	data, err := ecgs[0].all()
	if err != nil {
		return nil, err
	}
	if !isApple(data) {
		return nil, refuse(Unreadable, 0, "its newest ECG isn't written as the Health app does")
	}
	r, err := readApple(data, h)
	if err == nil && len(ecgs) > 1 {
		r.note("newest_taken", "the newest of %d recordings", len(ecgs))
	}
	return r, err
}
