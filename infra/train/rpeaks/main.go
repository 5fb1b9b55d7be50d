// Command rpeaks writes candidates of the R-peak detector, each with the
// reference's word on it, for infra/train/torch/rpeaks.py, which learns the networks
// that weigh them:
//
//	go run ./infra/train/rpeaks [-data folder] [-all] > ROWS
//	python infra/train/torch/rpeaks.py first ROWS PARAMETERS
//	go run ./infra/train/rpeaks [-data folder] [-all] -first PARAMETERS > ROWS
//	python infra/train/torch/rpeaks.py second ROWS PARAMETERS
//
// Strips of MIT-BIH, PTB-XL and CinC 2017 are taken as they are, with noise
// (package stress), and changed: beats in another order, extrasystoles put in. They
// are of package stress's half for settings, by person; with -all MIT-BIH's other
// records and the other half of the noise are there, too. Heartprint, ECG-ID, CPSC 2019,
// the noise stress test database and PTB-XL's fold 9 are never learned from.
//
// A row is float32 values, low byte first: the number of the set, from 0 in the order
// above; a number for the strip's person; the condition; 1 for a beat, 0 for none; and the
// features of rpeak.Candidates. Candidates beside a beat that another candidate is nearer to
// are left out.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"systole/shared/ecg/resample"
	"systole/shared/ecg/rpeak"
	"systole/tests/science/cohort"
	"systole/tests/science/stress"
)

func main() {
	data := flag.String("data", "", "folder with mitdb, ptb-xl and cinc2017 (default: ECG_DATA, else ../shared/data)")
	all := flag.Bool("all", false, "learn from both halves of MIT-BIH and of the noise, for the parameters that ship")
	first := flag.String("first", "", "file of the first network, to write what the second learns from")
	flag.Parse()
	w := bufio.NewWriter(os.Stdout)
	err := errors.Join(run(w, cohort.Folder(*data, "."), *all, *first), w.Flush())
	if err != nil {
		fmt.Fprintln(os.Stderr, "rpeaks:", err)
		os.Exit(1)
	}
}

func run(w io.Writer, data string, all bool, first string) error {
	out := writer{w: w}
	if first != "" {
		b, err := os.ReadFile(first)
		if err != nil {
			return err
		}
		if out.detector.Parameters, err = rpeak.ReadParameters(b); err != nil {
			return fmt.Errorf("%s: %w", first, err)
		}
	}
	halves := []stress.Half{stress.Settings}
	if all {
		halves = append(halves, stress.Report)
	}
	var mitdb []stress.Strip
	var noises []stress.Noise
	for _, half := range halves {
		strips, err := stress.MITDB(data, half)
		if err != nil {
			return err
		}
		recorded, _, err := stress.Recorded(data, half)
		if err != nil {
			return err
		}
		mitdb = append(mitdb, strips...)
		noises = append(noises, recorded)
	}
	ptbxl, _, err := stress.PTBXL(data, stress.Settings, mostPatients)
	if err != nil {
		return err
	}
	cinc, err := handHeld(data)
	if err != nil {
		return err
	}
	sets := [][]stress.Strip{mitdb, ptbxl, cinc}
	for i := range sets {
		if err := out.set(sets, i, noises); err != nil {
			return err
		}
	}
	return nil
}

// mostPatients of PTB-XL, and most recordings of CinC 2017 with a normal rhythm:
// arrhythmias are what there is too little of.
const (
	mostPatients = 4000
	mostNormal   = 500
)

// handHeld cuts every second recording of CinC 2017 that isn't labelled as noise
// into strips. The database marks no beats: the reference is what the detector finds in
// it, where it finds the same with white noise at 12 dB.
func handHeld(data string) ([]stress.Strip, error) {
	all, err := cohort.LoadCinC2017(filepath.Join(data, cohort.CinC2017))
	if err != nil {
		return nil, err
	}
	var strips []stress.Strip
	var detector rpeak.Detector
	normal := 0
	for i, r := range all {
		if i%2 != 0 || r.Session == "~" || r.Session == "N" && normal == mostNormal {
			continue
		}
		const n = stress.Seconds * stress.RateHz
		for mv := resample.New(r.RateHz, stress.RateHz).Apply(nil, r.MV); len(mv) >= n; mv = mv[n:] {
			s := stress.Strip{Set: cohort.CinC2017, Record: r.Name, MV: mv[:n]}
			s.Beats = stress.Detect(&detector, s.MV)
			s.HeightMV = stress.Height(s.MV, s.Beats)
			if !stress.Agree(s.Beats, stress.Detect(&detector, s.Add(stress.Models[0], 12, uint64(i)))) {
				continue
			}
			strips = append(strips, s)
			if r.Session == "N" {
				normal++
			}
		}
	}
	return strips, nil
}

// Conditions of a strip: none for as it is, from 1 the noise at each ratio, and
// changed strips without and with noise.
const (
	changed      = 20
	changedNoisy = 21
)

// writer writes the rows of strips.
type writer struct {
	w        io.Writer
	detector rpeak.Detector
	number   int // of the set
	row      []float32
}

// set writes a set's strips: as they are, changed, changed with noise, and with two
// or three kinds of noise. What is put into a changed strip comes from its own set or
// another.
func (out *writer) set(sets [][]stress.Strip, own int, recorded []stress.Noise) error {
	out.number = own
	random := rand.New(rand.NewPCG(1, uint64(own)))
	noise := func(seed int) (n stress.Noise, decibel float64, condition int) {
		kind, ratio := random.IntN(len(stress.Models)+2), random.IntN(len(stress.Ratios))
		n = recorded[seed%len(recorded)] // of the last two kinds
		if kind < len(stress.Models) {
			n = stress.Models[kind]
		}
		return n, stress.Ratios[ratio], 1 + ratio
	}
	noisy := 3
	if sets[own][0].Set == cohort.PTBXL {
		noisy = 2 // there are the most of them
	}
	for i := range sets[own] {
		s := &sets[own][i]
		err := out.strip(s, s.MV, 0)
		other := sets[own]
		if random.IntN(2) == 0 {
			other = sets[random.IntN(len(sets))]
		}
		if c, ok := change(s, &other[random.IntN(len(other))], random); ok {
			n, decibel, _ := noise(i)
			err = errors.Join(err, out.strip(&c, c.MV, changed), out.strip(&c, c.Add(n, decibel, uint64(i)), changedNoisy))
		}
		for k := range noisy {
			n, decibel, condition := noise(i + k)
			err = errors.Join(err, out.strip(s, s.Add(n, decibel, uint64(1000000*k+i)), condition))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// A candidate is a beat where it is the nearest within nearSeconds, and neither a
// beat nor none within besideSeconds.
const (
	nearSeconds   = 0.1
	besideSeconds = 0.15
)

// strip writes the candidates of a strip's signal.
func (out *writer) strip(s *stress.Strip, mv []float64, condition int) error {
	var at []float64
	var features [][]float32
	out.detector.Candidates(mv, func(position int, f []float64) {
		at = append(at, float64(position)/stress.RateHz)
		row := make([]float32, len(f))
		for i, v := range f {
			row[i] = float32(v)
		}
		features = append(features, row)
	})
	beat, beside := make([]bool, len(at)), make([]bool, len(at))
	for _, b := range s.Beats {
		nearest := -1
		for i, a := range at {
			distance := math.Abs(a - b)
			beside[i] = beside[i] || distance < besideSeconds
			if distance <= nearSeconds && (nearest < 0 || distance < math.Abs(at[nearest]-b)) {
				nearest = i
			}
		}
		if nearest >= 0 {
			beat[nearest] = true
		}
	}
	person := fnv.New32()
	io.WriteString(person, s.Record)
	for i := range at {
		word := float32(0)
		switch {
		case beat[i]:
			word = 1
		case beside[i]:
			continue
		}
		out.row = append(out.row[:0], float32(out.number), float32(person.Sum32()%100000), float32(condition), word)
		if err := binary.Write(out.w, binary.LittleEndian, append(out.row, features[i]...)); err != nil {
			return err
		}
	}
	return nil
}
