package stress

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"systole/tests/science/cohort"
)

// Record is a recording with experts' annotations.
type Record struct {
	Name    string
	MV      []float64 // the first signal, or one lead
	RateHz  float64
	Beats   []float64    // in s, rising
	Flutter [][2]float64 // from, to in s: ventricular flutter, where no beats are marked
	// Unscored are other parts, from, to in s, that are left out of a comparison.
	Unscored [][2]float64
}

// LoadRecords reads the first signal of every WFDB record in the folder, by name.
func LoadRecords(folder string) ([]Record, error) {
	headers, err := filepath.Glob(filepath.Join(folder, "*.hea"))
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, header := range headers {
		base := strings.TrimSuffix(header, ".hea")
		mv, rateHz, err := cohort.ReadMITDB(base)
		if err != nil {
			return nil, err
		}
		r := Record{Name: filepath.Base(base), RateHz: rateHz, MV: mv}
		if err := r.ReadBeats(base + ".atr"); err != nil {
			return nil, err
		}
		records = append(records, r)
	}
	return records, nil
}

// ReadBeats reads the beats, and flutter, from a WFDB annotation file.
func (r *Record) ReadBeats(file string) error {
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	reference, err := parseAnnotations(b)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, b := range reference.beats {
		r.Beats = append(r.Beats, float64(b)/r.RateHz)
	}
	for _, f := range reference.flutter {
		r.Flutter = append(r.Flutter, [2]float64{float64(f[0]) / r.RateHz, float64(f[1]) / r.RateHz})
	}
	return nil
}

// Fluttering tells whether ventricular flutter is marked between two instants.
func (r *Record) Fluttering(from, to float64) bool {
	for _, f := range r.Flutter {
		if f[0] < to && f[1] > from {
			return true
		}
	}
	return false
}
