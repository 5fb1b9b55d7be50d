package main

import (
	"compress/gzip"
	"encoding/gob"
	"errors"
	"math"
	"os"

	"systole/shared/ecg"
	"systole/shared/ecg/beat"
	"systole/shared/ecg/parameters"
)

// excerpt is a test's data, to verify that the shipped parameters still resist
// the recordings that were found: templates of persons that no search used, and
// recordings made by an attacker who knows of the cohort, and by one whom no
// cohort hinders.
type excerpt struct {
	Algorithm     string
	Scale         []float32 // of each dimension of the templates
	Templates     [][]int8
	With, Without [][]int16 // samples in µV at beat.RateHz
}

// excerptTemplates is the number of templates that are kept: enough for half a
// percent to be six.
const excerptTemplates = 1200

// renew writes the templates of patients and the recordings made to the file, and
// keeps those made under the other condition, with or without the cohort.
func renew(path string, p *parameters.Parameters, patients group, made []recording) error {
	x, err := readExcerpt(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	x.Algorithm, x.Scale, x.Templates = p.Algorithm, make([]float32, p.Dimensions()), nil
	var kept [][]float32
	for i := 0; i < len(patients.victims) && len(kept) < excerptTemplates; i += max(1, len(patients.victims)/excerptTemplates) {
		kept = append(kept, patients.victims[i].embedding)
	}
	for _, embedding := range kept {
		for k, v := range embedding {
			x.Scale[k] = max(x.Scale[k], v/math.MaxInt8, -v/math.MaxInt8)
		}
	}
	for _, embedding := range kept {
		row := make([]int8, len(embedding))
		for k, v := range embedding {
			row[k] = int8(math.Round(float64(v / x.Scale[k])))
		}
		x.Templates = append(x.Templates, row)
	}
	to := &x.With
	if p.Cohort == nil {
		to = &x.Without
	}
	*to = nil
	for _, r := range made {
		*to = append(*to, microvolts(r.signal))
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	zipped := gzip.NewWriter(file)
	return errors.Join(gob.NewEncoder(zipped).Encode(x), zipped.Close(), file.Close())
}

func microvolts(s ecg.Signal) []int16 {
	x := make([]int16, len(s.MV))
	for i, v := range s.MV {
		x[i] = int16(math.Round(1000 * v))
	}
	return x
}

// signal returns a recording as a signal.
func signal(microvolts []int16) ecg.Signal {
	s := ecg.Signal{RateHz: beat.RateHz}
	for _, v := range microvolts {
		s.MV = append(s.MV, float64(v)/1000)
	}
	return s
}

func readExcerpt(path string) (x excerpt, err error) {
	file, err := os.Open(path)
	if err != nil {
		return x, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return x, err
	}
	return x, gob.NewDecoder(unzipped).Decode(&x)
}
