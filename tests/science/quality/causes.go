package main

import (
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"

	"systole/shared/ecg/frontend"
	"systole/shared/ecg/quality"
	"systole/tests/science/stress"
	"systole/tests/science/trials"
)

// trouble is one that a person can mend, put onto a clean recording in two
// strengths.
type trouble struct {
	name  string
	names [2]string // of the strengths
	put   func(s *stress.Strip, strength int, seed uint64) []float64
}

func troubles(handHeld stress.Noise) []trouble {
	noise := func(n stress.Noise) func(*stress.Strip, int, uint64) []float64 {
		return func(s *stress.Strip, strength int, seed uint64) []float64 {
			return s.Add(n, []float64{0, -6}[strength], seed)
		}
	}
	wave := func(hz float64, heights [2]float64) func(*stress.Strip, int, uint64) []float64 {
		return func(s *stress.Strip, strength int, seed uint64) []float64 {
			x := slices.Clone(s.MV)
			for i := range x {
				x[i] += heights[strength] * s.HeightMV / 2 * math.Sin(2*math.Pi*hz*float64(i)/stress.RateHz+float64(seed))
			}
			return x
		}
	}
	decibels := [2]string{"0 dB", "-6 dB"}
	var list []trouble
	for _, n := range stress.Models {
		switch n.Name {
		case "muscle":
			list = append(list, trouble{"muscles tense", decibels, noise(n)})
		case "electrode motion":
			list = append(list, trouble{"hands move", decibels, noise(n)})
		}
	}
	return append(list,
		trouble{"hand-held recorders' noise", decibels, noise(handHeld)},
		trouble{"mains", [2]string{"3 QRS high", "100 QRS high"}, wave(50.1, [2]float64{3, 100})},
		trouble{"breathing and drift", [2]string{"5 QRS high", "20 QRS high"}, wave(0.35, [2]float64{5, 20})},
		trouble{"contact comes and goes", [2]string{"a quarter of the time", "two thirds"}, loose},
	)
}

// loose holds the signal at the end of the range for half a second to two at a time, a
// quarter or two thirds of all.
func loose(s *stress.Strip, strength int, seed uint64) []float64 {
	random := rand.New(rand.NewPCG(seed, 9))
	x := slices.Clone(s.MV)
	rail := 10 * s.HeightMV
	away := []float64{0.25, 0.67}[strength]
	for at := 0; at < len(x); {
		off := int((0.5 + 1.5*random.Float64()) * stress.RateHz)
		on := int(float64(off) * (1 - away) / away)
		at += on
		for i := at; i < min(at+off, len(x)); i++ {
			x[i] = rail
		}
		at += off
	}
	return x
}

// causes prints how recordings with each trouble are named: the reasons for which they are
// refused as a check.
func causes(w io.Writer, data string, handHeld stress.Noise) error {
	strips, _, err := stress.PTBXL(data, stress.Report, 300)
	if err != nil {
		return err
	}
	var front frontend.FrontEnd
	fmt.Fprintf(w, "How trouble is named, on %d clean recordings of PTB-XL's fold 9:\n\n| trouble | strength | refused %% | as |\n|---|---|---|---|\n", len(strips))
	for _, t := range troubles(handHeld) {
		for strength, name := range t.names {
			refused, named := 0, map[quality.Reason]int{}
			for i := range strips {
				report := front.Run(t.put(&strips[i], strength, uint64(i)), stress.RateHz).Report
				if reason := report.Reason(trials.ProbeNeed); reason != "" {
					refused++
					named[reason]++
				}
			}
			fmt.Fprintf(w, "| %s | %s | %.0f | %s |\n", t.name, name, 100*float64(refused)/float64(len(strips)), listed(named, refused))
		}
	}
	fmt.Fprintln(w)
	return nil
}

// listed names the reasons with their shares, the most frequent first.
func listed(named map[quality.Reason]int, all int) string {
	var reasons []quality.Reason
	for r := range named {
		reasons = append(reasons, r)
	}
	slices.SortFunc(reasons, func(a, b quality.Reason) int { return named[b] - named[a] })
	text := ""
	for _, r := range reasons {
		text += fmt.Sprintf("%s %.0f %%, ", r, 100*float64(named[r])/float64(all))
	}
	return text[:max(0, len(text)-2)]
}
