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
	MV      []float64 // the first signal
	RateHz  float64
	Beats   []float64    // in s, rising
	Flutter [][2]float64 // from, to in s: ventricular flutter, where no beats are marked
	// Unscored are other parts, from, to in s, that are left out of a comparison.
	Unscored [][2]float64
}

// LoadRecords reads every WFDB record of two signals in the folder, by name.
func LoadRecords(folder string) ([]Record, error) {
	headers, err := filepath.Glob(filepath.Join(folder, "*.hea"))
	if err != nil {
		return nil, err
	}
	var records []Record
	for _, header := range headers {
		base := strings.TrimSuffix(header, ".hea")
		atr, err := os.ReadFile(base + ".atr")
		if err != nil {
			return nil, err
		}
		reference, err := parseAnnotations(atr)
		if err != nil {
			return nil, fmt.Errorf("%s.atr: %w", base, err)
		}
		mv, rateHz, err := cohort.ReadMITDB(base)
		if err != nil {
			return nil, err
		}
		r := Record{Name: filepath.Base(base), RateHz: rateHz, MV: mv}
		for _, b := range reference.beats {
			r.Beats = append(r.Beats, float64(b)/rateHz)
		}
		for _, f := range reference.flutter {
			r.Flutter = append(r.Flutter, [2]float64{float64(f[0]) / rateHz, float64(f[1]) / rateHz})
		}
		records = append(records, r)
	}
	return records, nil
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
