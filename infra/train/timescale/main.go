// Command timescale writes what the front end makes of recordings at their own
// sampling rate and at wrong ones, for infra/train/torch/timescale.py, which
// learns to tell them apart:
//
//	go run ./infra/train/timescale [-data folder] > ROWS
//
// A row is float32 values, low byte first: PTB-XL's fold, 20 for ECG-ID, 21 for
// Heartprint; the person's number; the stated rate as a multiple of the true one;
// the logarithm of the mean RR interval in s; the mean of the clean beats.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/resample"
	"systole/shared/ecg/timescale"
	"systole/tests/science/cohort"
)

// factors are the stated rates as multiples of the true one.
var factors = []float64{1, 1. / 4, 1. / 2, 2. / 3, 0.8, 1.25, 1.5, 2, 4}

// seconds is the length of a recording that is used: about a check.
const seconds = 12

func main() {
	data := flag.String("data", "", "folder with ptb-xl, ecg-id and heartprint (default: ECG_DATA, else ../shared/data)")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	err := errors.Join(run(w, cohort.Folder(*data, ".")), w.Flush())
	if err != nil {
		fmt.Fprintln(os.Stderr, "timescale:", err)
		os.Exit(1)
	}
}

// one is a recording of a population: a fold of PTB-XL, or one of the others.
type one struct {
	cohort.Recording
	population int
}

func run(w io.Writer, data string) error {
	all, err := load(data)
	if err != nil {
		return err
	}
	persons := map[string]int{}
	var front frontend.FrontEnd
	for _, r := range all {
		if _, known := persons[r.Person]; !known {
			persons[r.Person] = len(persons)
		}
		for _, factor := range factors {
			trueHz := 500.0 // so that the stated one is usable
			if factor > 1 {
				trueHz = 250
			}
			result := front.Run(resample.New(r.RateHz, trueHz).Apply(nil, r.MV), trueHz*factor)
			if result.Report.Reason(quality.Need{CleanBeats: timescale.FewestBeats}) != "" {
				continue
			}
			row := []float32{float32(r.population), float32(persons[r.Person]), float32(factor), float32(math.Log(mean(result.Beats.RR)))}
			if err := binary.Write(w, binary.LittleEndian, append(row, meanBeat(result.Beats)...)); err != nil {
				return err
			}
		}
	}
	return nil
}

// load reads one recording of each person of PTB-XL, and all of the others.
func load(data string) (all []one, err error) {
	patients, facts, err := cohort.LoadPTBXL(filepath.Join(data, cohort.PTBXL), 0)
	if err != nil {
		return nil, err
	}
	for i, r := range patients {
		if i == 0 || r.Person != patients[i-1].Person {
			all = append(all, one{r, facts[i].Fold})
		}
	}
	others, err := cohort.Load(data)
	if err != nil {
		return nil, err
	}
	for _, r := range others {
		r.MV = r.MV[:min(len(r.MV), int(seconds*r.RateHz))]
		switch r.Database {
		case cohort.ECGID:
			all = append(all, one{r, 20})
		case cohort.Heartprint:
			all = append(all, one{r, 21})
		}
	}
	return all, nil
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func meanBeat(beats *beat.Beats) []float32 {
	m := make([]float32, beat.Width)
	for i := range beats.Len() {
		for k, v := range beats.Row(i) {
			m[k] += float32(v / float64(beats.Len()))
		}
	}
	return m
}
