// Package apple reads the ECGs of Apple's Health.
package apple

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// Apple's Health exports an ECG of its watch as rows of a key and a value in the
// owner's language, some blank lines, the lead and the unit, and then one number
// per line, with the decimal mark of that language. The meaning of a row is
// recognised by its value, as its key may be in any of too many languages.

const (
	headSize      = 4096 // bytes that contain the rows
	fewestRows    = 5    // rows, at least
	mostRows      = 30   // rows, at most
	fewestNumbers = 100  // following lines of numbers, at least
)

var (
	ratePattern   = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^"?([0-9]{3}(?:[.,][0-9]+)?)[\s\x{a0}\x{202f}]*\pL`) })
	devicePattern = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^"?Watch[0-9]`) })
)

// header holds the values of those rows.
type header struct {
	rateHz float64
	device string
	start  time.Time
	lead   string
	scale  float64
	body   []byte
}

// Is reports whether the file is Apple's, in any language.
func Is(data []byte) bool {
	_, ok := parse(data)
	return ok
}

// parse splits the rows. The owner's name and birth date are among them and are
// not used.
func parse(data []byte) (f header, ok bool) {
	rest := data
	rows := 0
	for read := 0; len(rest) > 0 && read < headSize; {
		line, after, _ := bytes.Cut(rest, []byte{'\n'})
		if read += len(line) + 1; len(line) > headSize {
			return f, false
		}
		text := strings.TrimSpace(string(line))
		if isNumber(text) {
			f.body = rest
			return f, rows >= fewestRows && f.rateHz > 0 && f.scale > 0
		}
		rest = after
		if text == "" {
			continue
		}
		if rows++; rows > mostRows {
			return f, false
		}
		_, value, found := strings.Cut(text, ",")
		if found {
			f.take(strings.TrimSpace(value))
		}
	}
	return f, false
}

// isNumber reports whether a line is one number, with either decimal mark.
func isNumber(line string) bool {
	if line == "" || strings.Trim(line, "0123456789.,-+eE") != "" || strings.Count(line, ",") > 1 {
		return false
	}
	_, ok := raw.ParseNumber([]byte(line), strings.Contains(line, ","))
	return ok
}

// take stores a row's value by its kind.
func (f *header) take(value string) {
	value = strings.Trim(value, `"`)
	if at, err := time.Parse("2006-01-02 15:04:05 -0700", value); err == nil {
		f.start = at.UTC()
		return
	}
	if m := ratePattern().FindStringSubmatch(value); m != nil {
		f.rateHz, _ = raw.ParseNumber([]byte(strings.Replace(m[1], ",", ".", 1)), false)
		return
	}
	if devicePattern().MatchString(value) {
		f.device = "Apple " + value
		return
	}
	if scale := raw.PerMV(value); scale > 0 {
		f.scale = scale
		return
	}
	words := strings.FieldsFunc(value, unicode.IsSpace)
	if n := len(words); n == 2 && strings.Trim(words[n-1], "IV") == "" {
		f.lead = words[n-1]
	}
}

// Read reads an ECG of a watch.
func Read(data []byte, o raw.Options) (*raw.Recording, error) {
	f, _ := parse(data)
	mv := make([]float64, 0, min(len(f.body)/6, o.Frames(f.rateHz, 1)))
	comma, left := false, 0
	for line, number := []byte(nil), 1; len(f.body) > 0; number++ {
		line, f.body, _ = bytes.Cut(f.body, []byte{'\n'})
		line = bytes.TrimSpace(line)
		if len(line) == 0 {
			continue
		}
		comma = comma || bytes.IndexByte(line, ',') >= 0
		x, ok := raw.ParseNumber(line, comma)
		if !ok && len(f.body) == 0 {
			break // the file was cut off
		}
		if !ok {
			return nil, raw.Refuse(raw.Unreadable, 0, "number %d of its samples is none", number)
		}
		if mv = append(mv, f.scale*x); len(mv) == o.Frames(f.rateHz, 1) {
			left = bytes.Count(f.body, []byte{'\n'})
			break
		}
	}
	if len(mv) < fewestNumbers {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has %d samples only", len(mv))
	}
	if f.lead == "" {
		f.lead = "I" // the lead that a watch records
	}
	return &raw.Recording{RateHz: f.rateHz, Left: left, Start: f.start, Device: f.device, Leads: []raw.Lead{{Name: f.lead, MV: mv}}}, nil
}

// IsExport recognises the folder of ECGs in the archive of all the Health app's
// data.
func IsExport(entries []archive.Entry) bool {
	return slices.ContainsFunc(entries, isECG)
}

func isECG(e archive.Entry) bool {
	return strings.Contains(strings.ToLower(e.Name), "electrocardiograms/") && strings.HasSuffix(e.Base(), ".csv")
}

// ReadExport reads the newest ECG, or the one picked. File names sort by day;
// other files of the archive are not unpacked.
func ReadExport(entries []archive.Entry, o raw.Options) (*raw.Recording, error) {
	ecgs := archive.Picked(entries, isECG, o.Pick)
	if len(ecgs) == 0 {
		return nil, raw.Refuse(raw.Unreadable, 0, "it has no ECG of the name that was asked for")
	}
	slices.SortFunc(ecgs, func(a, b archive.Entry) int { return strings.Compare(b.Base(), a.Base()) })
	data, err := ecgs[0].All()
	if err != nil {
		return nil, err
	}
	if !Is(data) {
		return nil, raw.Refuse(raw.Unreadable, 0, "its newest ECG isn't written as the Health app does")
	}
	r, err := Read(data, o)
	if err == nil && len(ecgs) > 1 {
		r.Notef("newest_taken", "the newest of %d recordings", len(ecgs))
	}
	return r, err
}
