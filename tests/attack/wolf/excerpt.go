package main

import (
	"compress/gzip"
	"encoding/gob"
	"errors"
	"io"
	"math"
	"math/rand/v2"
	"os"

	"systole/infra/train/learn"
	"systole/shared/ecg"
	"systole/shared/ecg/beat"
	"systole/shared/ecg/parameters"
)

// excerpt is what a test needs to see that the shipped parameters still hold off
// what was found: templates of persons that nothing was searched on, and recordings
// made by an attacker who knows of the cohort, and by one whom it doesn't hinder.
type excerpt struct {
	Algorithm     string
	Scale         []float32 // of each dimension of the templates
	Templates     [][]int8
	With, Without [][]int16 // samples in µV at beat.RateHz
}

// excerptTemplates is how many templates are kept: enough for half a percent to
// be six.
const excerptTemplates = 1200

func writeExcerpt(path, folder string, seed uint64, progress io.Writer) error {
	shipped := parameters.Shipped.Newest()
	strangers, err := learn.Cohort(shipped, folder)
	if err != nil {
		return err
	}
	groups, err := load(shipped, folder, 1, progress)
	if err != nil {
		return err
	}
	patients := groups[0]
	x := excerpt{Algorithm: shipped.Algorithm, Scale: make([]float32, shipped.Dimensions())}
	var kept [][]float32
	for i := 0; i < len(patients.victims) && len(kept) < excerptTemplates; i += len(patients.victims) / excerptTemplates {
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
	without := *shipped
	without.Cohort = nil
	for _, one := range []struct {
		parameters *parameters.Parameters
		strangers  [][][]float32
		made       *[][]int16
	}{{shipped, strangers, &x.With}, {&without, nil, &x.Without}} {
		a := newAttacker(one.parameters, one.strangers, patients, defaultRate, rand.New(rand.NewPCG(seed, 0)))
		for _, r := range a.try(progress, patients.victims) {
			*one.made = append(*one.made, microvolts(r.signal))
		}
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

// signal is a recording's.
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
