// Command exports writes one person's ECG as tables and as JSON in thousands of ways, as
// the apps and programs of the world might, and reads each with package
// recording. Separators, decimal marks, encodings, headers, keys, nesting, clocks,
// units, statements of the rate, other signals and missing samples are drawn. An
// export is read right, refused, or read wrong: another rate, another length,
// another signal. None may be read wrong.
//
//	go run ./tests/contract/exports -n 20000
package main

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"systole/shared/ecg/recording"
	"systole/shared/ecg/resample"
	"systole/tests/support/recordings"
)

func main() {
	n := flag.Int("n", 20_000, "exports of each kind")
	seed := flag.Uint64("seed", 1, "of the drawing")
	kind := flag.String("kind", "", "one of "+strings.Join(slices.Sorted(maps.Keys(kinds)), ", ")+"; empty for all")
	flag.Parse()
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		if *kind != "" && *kind != name {
			continue
		}
		outcomes, err := Try(kinds[name], *n, *seed)
		if err != nil {
			fmt.Fprintln(os.Stderr, "exports:", err)
			os.Exit(1)
		}
		fmt.Println(name)
		report(os.Stdout, outcomes)
	}
}

// kinds are the kinds of exports, drawn at random.
var kinds = map[string]func(r *rand.Rand, h Heart) Export{"table": drawTable, "json": drawDocument}

// Heart is the signal to write, and that of another person for recordings that
// must not be read, in mV at a sampling rate.
type Heart struct {
	RateHz   float64
	MV       []float64
	Stranger []float64
}

// Export is a file and the expected result of reading it.
type Export struct {
	How  string // description of the choices
	File []byte
	// StatedHz is the rate that the sender states, 0 for none.
	StatedHz float64
	RateHz   float64
	MV       []float64 // NaN for a missing sample
	RateTold bool      // whether a reader can know the rate
	UnitTold bool
	CutOff   bool // whether it ends within its last sample
}

// Outcome is the result of reading an export.
type Outcome struct {
	Export  Export
	Refused recording.Reason // empty if it was read
	Wrong   string           // the error of a reading, empty for none
	Detail  string           // of a refusal
}

// report prints the outcomes.
func report(out io.Writer, outcomes []Outcome) {
	counts := map[string]int{}
	refusals, example := map[string]int{}, map[string]string{}
	for _, o := range outcomes {
		told, came := "the rate is told", "read right"
		if !o.Export.RateTold {
			told = "nothing tells the rate"
		}
		switch {
		case o.Wrong != "":
			came = "read wrong"
			fmt.Fprintf(out, "WRONG: %s: %s\n", o.Wrong, o.Export.How)
		case o.Refused != "":
			came = "refused as " + string(o.Refused)
			if o.Export.RateTold {
				refusals[o.Detail]++
				example[o.Detail] = o.Export.How
			}
		}
		counts[told+": "+came]++
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%7d  %s\n", counts[kind], kind)
	}
	for _, detail := range slices.SortedFunc(maps.Keys(refusals), func(a, b string) int { return cmp.Compare(refusals[b], refusals[a]) }) {
		fmt.Fprintf(out, "refused though told, %d: %s\n    such as %s\n", refusals[detail], detail, example[detail])
	}
}

// Try writes and reads n exports of a kind.
func Try(draw func(*rand.Rand, Heart) Export, n int, seed uint64) ([]Outcome, error) {
	hearts, err := heartsAt(rates)
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(seed, 0))
	outcomes := make([]Outcome, n)
	for i := range outcomes {
		outcomes[i] = try(draw(r, hearts[r.IntN(len(hearts))]))
		outcomes[i].Export.File, outcomes[i].Export.MV = nil, nil
	}
	return outcomes, nil
}

// heartsAt returns the signals at each rate.
func heartsAt(rates []float64) (hearts []Heart, err error) {
	var signals [2][]float64
	for i := range signals {
		app, err := recordings.Read(i+1, "probe")
		if err != nil {
			return nil, err
		}
		read, err := recording.ReadBytes(app, recording.Hints{RateHz: recordings.RateHz})
		if err != nil {
			return nil, err
		}
		signals[i] = read.Chosen().MV
	}
	for _, hz := range rates {
		at := resample.New(recordings.RateHz, hz)
		hearts = append(hearts, Heart{hz, at.Apply(nil, signals[0]), at.Apply(nil, signals[1])})
	}
	return hearts, nil
}

func try(e Export) Outcome {
	o := Outcome{Export: e}
	got, err := recording.ReadBytes(e.File, recording.Hints{DefaultRateHz: recordings.RateHz, RateHz: e.StatedHz})
	var refusal *recording.Error
	switch {
	case errors.As(err, &refusal):
		o.Refused, o.Detail = refusal.Reason, refusal.Detail
	case err != nil:
		o.Wrong = err.Error()
	default:
		o.Wrong = wrong(e, got)
	}
	return o
}

// wrong returns the error of a reading, empty for none.
func wrong(e Export, got *recording.Recording) string {
	mv, want := got.Chosen().MV, e.MV
	if math.Abs(got.RateHz/e.RateHz-1) > 0.001 {
		return fmt.Sprintf("rate %.4f Hz", got.RateHz)
	}
	if e.CutOff {
		want = want[:len(want)-1]
		mv = mv[:min(len(mv), len(want))]
	}
	if len(mv) != len(want) {
		return fmt.Sprintf("%d samples instead of %d", len(mv), len(want))
	}
	var x, y []float64
	for i := range mv {
		if math.IsNaN(mv[i]) != math.IsNaN(want[i]) {
			return fmt.Sprintf("sample %d is %v", i, mv[i])
		}
		if !math.IsNaN(mv[i]) {
			x, y = append(x, mv[i]), append(y, want[i])
		}
	}
	like, gain := likeness(x, y)
	if !(like > 0.999) {
		return fmt.Sprintf("the lead %q is like the ECG to %.3f only", got.Chosen().Name, like)
	}
	guessed := slices.ContainsFunc(got.Notes, func(n recording.Note) bool { return strings.HasPrefix(n.Code, "unit_guessed") })
	if e.UnitTold && (guessed || math.Abs(gain-1) > 0.01) {
		return fmt.Sprintf("unit guessed: %v, %.4g times as strong", guessed, gain)
	}
	return ""
}

// likeness returns the correlation of two signals, and the ratio of the first's
// strength to the second's.
func likeness(x, y []float64) (r, gain float64) {
	var sx, sy, sxx, syy, sxy float64
	n := float64(len(x))
	for i := range x {
		sx, sy = sx+x[i], sy+y[i]
	}
	for i := range x {
		dx, dy := x[i]-sx/n, y[i]-sy/n
		sxx, syy, sxy = sxx+dx*dx, syy+dy*dy, sxy+dx*dy
	}
	return sxy / math.Sqrt(sxx*syy), math.Sqrt(sxx / syy)
}

func of[T any](r *rand.Rand, choices []T) T { return choices[r.IntN(len(choices))] }
