// Command quality measures how well a recording's quality predicts that its own
// person is refused: error versus discard (ISO/IEC 29794-1), the share of genuine
// probes refused at a fixed threshold when the probes of the lowest quality are left
// out, one share after another.
//
//	go run ./tests/science/quality [-data folder]
//
// Populations: ECG-ID and Heartprint (persons that the parameters that ship were learned
// from: look at the curve's fall, not at its height), PTB-XL's folds 8 and 9, and these with
// noise of hand-held recorders on the probes.
package main

import (
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"systole/infra/train/learn"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/resample"
	"systole/tests/science/cohort"
	"systole/tests/science/stress"
	"systole/tests/science/trials"
)

func main() {
	data := flag.String("data", "", "folder with ecg-id, heartprint, ptb-xl and cinc2017 (default: ECG_DATA, else ../shared/data)")
	flag.Parse()
	if err := run(os.Stdout, cohort.Folder(*data, ".")); err != nil {
		fmt.Fprintln(os.Stderr, "quality:", err)
		os.Exit(1)
	}
}

// titles are of the tables, by protocol.
var titles = map[string]string{"a": "ECG-ID, a: second recording of the same day", "h": "Heartprint, h: weeks", "hR": "Heartprint, hR: a year"}

func run(w io.Writer, data string) error {
	recordings, err := cohort.Load(data)
	if err != nil {
		return err
	}
	patients, _, err := cohort.LoadPTBXL(filepath.Join(data, cohort.PTBXL), 0, 8, 9)
	if err != nil {
		return err
	}
	noise, _, err := stress.Recorded(data, stress.Report)
	if err != nil {
		return err
	}
	if err := causes(w, data, noise); err != nil {
		return err
	}
	var populations []*population
	for _, p := range trials.Protocols() {
		if title, ok := titles[p.Name]; ok {
			populations = append(populations, measure(title, p.Persons(recordings), nil))
		}
	}
	later := trials.OtherProtocols(cohort.PTBXL)[1].Persons(patients)
	populations = append(populations,
		measure("PTB-XL, folds 8 and 9, later days", later, nil),
		measure("the same, noise of hand-held recorders on the probes (none, or 24 to 0 dB)", later, &noise))
	fit(populations)
	for _, p := range populations {
		p.write(w)
	}
	return nil
}

// probe is a genuine trial and what is measured on its recording alone.
type probe struct {
	person   int
	score    float64
	values   []float64 // see measures
	standard []float64 // the same in deviations from the population's mean
	combined float64   // the fit's prediction, by persons it wasn't learned from
}

// population is the genuine probes under one protocol, and the impostors' scores,
// falling.
type population struct {
	name      string
	probes    []probe
	impostors []float64
	refused   int
}

// measures are the measurements of a recording that may predict the error, a
// higher value for a better recording.
var measures = []struct {
	name string
	of   func(r *quality.Report, self float64) float64
}{
	{"quality score that is shown (Trust)", func(r *quality.Report, _ float64) float64 { return r.Trust() }},
	{"agreement of the beats", func(r *quality.Report, _ float64) float64 { return -math.Log(1 - r.Agreement + 1e-3) }},
	{"clean beats", func(r *quality.Report, _ float64) float64 { return math.Log(float64(r.CleanBeats)) }},
	{"noise left in the mean beat", func(r *quality.Report, _ float64) float64 {
		return -math.Log((1 - r.Agreement + 1e-3) / float64(r.CleanBeats))
	}},
	{"share of clean beats", func(r *quality.Report, _ float64) float64 { return float64(r.CleanBeats) / float64(r.Beats) }},
	{"baseline", func(r *quality.Report, _ float64) float64 { return -math.Log(r.Wander + 0.02) }},
	{"motion", func(r *quality.Report, _ float64) float64 { return -r.Motion }},
	{"mains", func(r *quality.Report, _ float64) float64 { return -math.Log(r.Mains + 0.01) }},
	{"kurtosis", func(r *quality.Report, _ float64) float64 { return math.Log(r.Kurtosis) }},
	{"heart rate", func(r *quality.Report, _ float64) float64 { return -math.Abs(math.Log(r.HeartRate / 70)) }},
	{"even beats against odd ones (score)", func(_ *quality.Report, self float64) float64 { return self }},
}

// measure compares every person's probes with every template. With noise, each probe
// gets none or some, at 24 to 0 dB.
func measure(name string, persons []trials.Person, noise *stress.Noise) *population {
	m := parameters.Shipped.Newest()
	var front frontend.FrontEnd
	var work parameters.Workspace
	p := &population{name: name}
	hearts := make([]*parameters.Template, len(persons))
	for i, person := range persons {
		var h parameters.Template
		for _, s := range person.Enrol {
			b := learn.Cut(&front, s.Recording, s.From, s.To)
			if b.Report.Reason(trials.ProbeNeed) == "" {
				h.Add(m.Embed(nil, &work, learn.Mean(b.Rows)), parameters.Weight(len(b.Rows), b.Report.Trust()))
				hearts[i] = &h
			}
		}
	}
	for i, person := range persons {
		for k, s := range person.Probes {
			recording := *s.Recording
			if noise != nil {
				recording = disturbed(recording, *noise, uint64(100*i+k))
			}
			b := learn.Cut(&front, &recording, s.From, s.To)
			if b.Report.Reason(trials.ProbeNeed) != "" {
				p.refused++
				continue
			}
			embedding := m.Embed(nil, &work, learn.Mean(b.Rows))
			for j, h := range hearts {
				switch {
				case h == nil:
				case j != i:
					p.impostors = append(p.impostors, m.Compare(h, embedding))
				default:
					one := probe{person: i, score: m.Compare(h, embedding)}
					self := selfScore(m, &work, b.Rows)
					for _, measure := range measures {
						one.values = append(one.values, measure.of(&b.Report, self))
					}
					p.probes = append(p.probes, one)
				}
			}
		}
	}
	slices.Sort(p.impostors)
	slices.Reverse(p.impostors)
	return p
}

// disturbed is a recording with noise of hand-held recorders at 24, 18, 12, 6 or 0 dB, or none.
func disturbed(r cohort.Recording, noise stress.Noise, seed uint64) cohort.Recording {
	decibel := 6 * float64(rand.New(rand.NewPCG(seed, 1)).IntN(6))
	if decibel > 24 {
		return r
	}
	mv := resample.New(r.RateHz, stress.RateHz).Apply(nil, r.MV)
	s := stress.Strip{MV: mv[:min(len(mv), stress.Seconds*stress.RateHz)]}
	var front frontend.FrontEnd
	peaks := slices.Clone(front.Run(s.MV, stress.RateHz).Peaks)
	for i := range peaks {
		peaks[i] /= stress.RateHz
	}
	s.HeightMV = stress.Height(s.MV, peaks)
	r.MV, r.RateHz = s.Add(noise, decibel, seed), stress.RateHz
	return r
}

// selfScore compares the mean of the even beats with that of the odd ones: how far the
// recording agrees with itself, in the measure that decides.
func selfScore(m *parameters.Parameters, work *parameters.Workspace, rows [][]float64) float64 {
	var halves [2][][]float64
	for i, row := range rows {
		halves[i%2] = append(halves[i%2], row)
	}
	if len(halves[1]) == 0 {
		return 0
	}
	var t parameters.Template
	t.Add(m.Embed(nil, work, learn.Mean(halves[0])), 1)
	return m.Compare(&t, m.Embed(nil, work, learn.Mean(halves[1])))
}

// at returns the threshold for a false match rate.
func (p *population) at(fmr float64) float64 {
	return p.impostors[min(int(fmr*float64(len(p.impostors))), len(p.impostors)-1)]
}

// fnmr is the share of the probes below a threshold, each person counting the same.
func fnmr(probes []probe, threshold float64) float64 {
	all, below := map[int]float64{}, map[int]float64{}
	for _, one := range probes {
		all[one.person]++
		if one.score < threshold {
			below[one.person]++
		}
	}
	sum := 0.0
	for person, n := range all {
		sum += below[person] / n
	}
	return sum / float64(len(all))
}

// area is the area under the curve by which a measurement tells the refused probes from
// the accepted ones: 0.5 for a measurement that says nothing.
func area(probes []probe, threshold float64, of func(probe) float64) float64 {
	better, pairs := 0.0, 0.0
	for _, a := range probes {
		for _, b := range probes {
			if a.score < threshold || b.score >= threshold {
				continue
			}
			pairs++
			switch x, y := of(a), of(b); {
			case x > y:
				better++
			case x == y:
				better += 0.5
			}
		}
	}
	return better / pairs
}

var shares = []float64{0, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5}

const strict = 0.001

// write prints the table of a population.
func (p *population) write(w io.Writer) {
	fmt.Fprintf(w, "| %s: %d probes, %d unusable; left out | AUC |", p.name, len(p.probes), p.refused)
	for _, share := range shares {
		fmt.Fprintf(w, " %g %% |", 100*share)
	}
	fmt.Fprintln(w, "\n|---|---|---|---|---|---|---|---|---|")
	line := func(name string, of func(probe) float64) {
		sorted := slices.SortedStableFunc(slices.Values(p.probes), func(a, b probe) int {
			switch x, y := of(a), of(b); {
			case x < y:
				return -1
			case x > y:
				return 1
			}
			return 0
		})
		fmt.Fprintf(w, "| %s | %.2f |", name, area(p.probes, p.at(strict), of))
		for _, share := range shares {
			left := sorted[int(share*float64(len(sorted))):]
			fmt.Fprintf(w, " %.1f / %.1f |", 100*fnmr(left, p.at(0.01)), 100*fnmr(left, p.at(strict)))
		}
		fmt.Fprintln(w)
	}
	for i, m := range measures {
		line(m.name, func(one probe) float64 { return one.values[i] })
	}
	line("all together, learned on other persons", func(one probe) float64 { return one.combined })
	line("the score itself, as the limit", func(one probe) float64 { return one.score })
	fmt.Fprintln(w)
}

const folds = 5

// fit predicts, for each fold of the persons of each population, the error by a logistic
// regression on the others, of all populations together. Values are in deviations from
// their population's mean, so that no measurement tells the device.
func fit(populations []*population) {
	for _, p := range populations {
		p.standardise()
	}
	for fold := range folds {
		var x [][]float64
		var accepted []bool
		for _, p := range populations {
			for _, one := range p.probes {
				if one.person%folds != fold {
					x, accepted = append(x, one.standard), append(accepted, one.score >= p.at(strict))
				}
			}
		}
		weights := logistic(x, accepted)
		for _, p := range populations {
			for i, one := range p.probes {
				if one.person%folds == fold {
					p.probes[i].combined = weights.odds(one.standard)
				}
			}
		}
	}
}

// standardise sets the probes' standard values.
func (p *population) standardise() {
	n := float64(len(p.probes))
	for i := range measures {
		mean, power := 0.0, 0.0
		for _, one := range p.probes {
			mean += one.values[i] / n
		}
		for _, one := range p.probes {
			power += (one.values[i] - mean) * (one.values[i] - mean) / n
		}
		for k := range p.probes {
			one := &p.probes[k]
			one.standard = append(one.standard, (one.values[i]-mean)/(math.Sqrt(power)+1e-9))
		}
	}
}

// regression is a logistic regression.
type regression struct {
	slope []float64
	bias  float64
}

func (r *regression) odds(x []float64) float64 {
	sum := r.bias
	for i, v := range x {
		sum += r.slope[i] * v
	}
	return sum
}

// logistic fits by gradient ascent with a ridge.
func logistic(x [][]float64, y []bool) *regression {
	const steps, rate, ridge = 600, 0.5, 0.01
	r := &regression{slope: make([]float64, len(x[0]))}
	for range steps {
		up, bias := make([]float64, len(r.slope)), 0.0
		for k, row := range x {
			off := -1 / (1 + math.Exp(-r.odds(row)))
			if y[k] {
				off++
			}
			bias += off / float64(len(x))
			for i, v := range row {
				up[i] += off * v / float64(len(x))
			}
		}
		r.bias += rate * bias
		for i := range up {
			r.slope[i] += rate * (up[i] - ridge*r.slope[i])
		}
	}
	return r
}
