// Package matrix reads the matrices that numeric programs save: MATLAB's of
// levels 4, 5 and 7.3 (HDF5), and NumPy's.
package matrix

import (
	"math"
	"slices"
	"strings"

	"systole/shared/ecg/recording/internal/raw"
	"systole/shared/ecg/recording/internal/table"
)

// variable is a named matrix of numbers.
type variable struct {
	name          string
	rows, columns int
	byRows        bool // stored row by row, else column by column
	text          bool // the numbers are characters
	numbers       []byte
	packing       raw.Packing
}

// whole reports whether all numbers are there.
func (v variable) whole() bool {
	n := len(v.numbers) / v.packing.Width
	return v.rows > 0 && v.columns > 0 && v.columns <= n/v.rows
}

// lead returns the first samples of the i-th lead, at most the given number. A
// row is a lead if there are fewer rows than columns. Infinite values become NaN.
func (v variable) lead(i, most int) []float64 {
	n, step, from := v.rows, v.columns, i
	if v.rows < v.columns {
		n, step, from = v.columns, 1, i*v.columns
	}
	if !v.byRows {
		step, from = 1, i*v.rows
		if v.rows < v.columns {
			step, from = v.rows, i
		}
	}
	mv := make([]float64, min(n, most))
	width, at := v.packing.Width, v.packing.At
	for j := range mv {
		mv[j] = at(v.numbers[(from+j*step)*width:])
		if math.Abs(mv[j]) > math.MaxFloat32 {
			mv[j] = math.NaN()
		}
	}
	return mv
}

// signalNames are scripts' usual names of a signal, the most reliable first.
var signalNames = [...]string{"ecg", "ekg", "val", "signal", "sig", "data", "samples", "leads", "x"}

// readVariables finds the signal among variables, and its rate.
func readVariables(all []variable, o raw.Options) (*raw.Recording, error) {
	if r, ok, err := readProduct(all, o); ok {
		return r, err
	}
	all = slices.DeleteFunc(all, func(v variable) bool { return v.text || !v.whole() })
	rateHz := 0.0
	for _, v := range all {
		if v.rows == 1 && v.columns == 1 {
			if hz, ok := raw.RateNamed(v.name, v.packing.At(v.numbers)); ok {
				rateHz = hz
			}
		}
	}
	v, several := signalAmong(all)
	samples, leads := max(v.rows, v.columns), min(v.rows, v.columns)
	switch {
	case samples < 3:
		return nil, raw.Refuse(raw.Unreadable, 0, "there is no row or column of numbers in it")
	case leads > raw.MaxLeads+1:
		return nil, raw.Refuse(raw.Unsupported, 0, "its matrix has %d rows and columns or more, at most %d leads are read", leads, raw.MaxLeads)
	}
	read := min(samples, o.Frames(rateHz, leads))
	t := table.Table{RateHz: rateHz}
	for i := range leads {
		t.Columns = append(t.Columns, v.lead(i, read))
	}
	r, err := t.Recording()
	if err == nil {
		r.Left += samples - read
	}
	if err == nil && several > 1 {
		r.Notef("variable_chosen", "one of %d variables", several)
	}
	return r, err
}

// signalAmong returns the variable with a signal's name, else the largest, and
// the number of candidates.
func signalAmong(all []variable) (best variable, several int) {
	size := func(v variable) int { return v.rows * v.columns }
	for _, v := range all {
		if size(v) >= 3 {
			several++
		}
		if size(v) > size(best) {
			best = v
		}
	}
	for _, name := range signalNames {
		for _, v := range all {
			if size(v) >= 3 && strings.EqualFold(v.name, name) {
				return v, several
			}
		}
	}
	return best, several
}
