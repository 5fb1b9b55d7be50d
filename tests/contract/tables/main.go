// Tables writes one person's ECG as a table in thousands of ways, in which
// separator, decimal mark, encoding, line end, header, clock, unit, statement of
// the rate, other columns and missing samples are drawn, and reads each with
// package recording. A table is read right, refused, or read wrong: another
// rate, another length, another signal. None may be read wrong.
//
//	go run ./tests/contract/tables -n 20000
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
	n := flag.Int("n", 20_000, "tables")
	seed := flag.Uint64("seed", 1, "of the drawing")
	flag.Parse()
	if err := run(os.Stdout, *n, *seed); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// Outcome is what came of a table.
type Outcome struct {
	Writing Writing
	Refused recording.Reason // empty when it was read
	Wrong   string           // what is wrong of a table that was read, empty for nothing
	Detail  string           // of a refusal
}

// run writes and reads n tables and prints what came out.
func run(out io.Writer, n int, seed uint64) error {
	outcomes, err := Try(n, seed)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for _, o := range outcomes {
		kind := "the rate is told"
		if !o.Writing.RateTold() {
			kind = "nothing tells the rate"
		}
		came := "read right"
		switch {
		case o.Wrong != "":
			came = "read wrong"
			fmt.Fprintf(out, "WRONG: %s: %v\n", o.Wrong, o.Writing)
		case o.Refused != "":
			came = "refused as " + string(o.Refused)
		}
		counts[kind+": "+came]++
	}
	for _, kind := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(out, "%7d  %s\n", counts[kind], kind)
	}
	refusals := map[string]int{}
	example := map[string]Writing{}
	for _, o := range outcomes {
		if o.Refused != "" && o.Writing.RateTold() {
			refusals[o.Detail]++
			example[o.Detail] = o.Writing
		}
	}
	for _, detail := range slices.SortedFunc(maps.Keys(refusals), func(a, b string) int { return cmp.Compare(refusals[b], refusals[a]) }) {
		fmt.Fprintf(out, "refused though told, %d: %s\n    such as %v\n", refusals[detail], detail, example[detail])
	}
	return nil
}

// Try writes and reads n tables.
func Try(n int, seed uint64) ([]Outcome, error) {
	app, err := recordings.Read(1, "probe")
	if err != nil {
		return nil, err
	}
	heart, err := recording.ReadBytes(app, recording.Hints{RateHz: recordings.RateHz})
	if err != nil {
		return nil, err
	}
	signals := map[float64][]float64{}
	for _, hz := range rates {
		signals[hz] = resample.New(recordings.RateHz, hz).Apply(nil, heart.Chosen().MV)
	}
	r := rand.New(rand.NewPCG(seed, 0))
	outcomes := make([]Outcome, n)
	for i := range outcomes {
		w := pick(r)
		outcomes[i] = try(w, signals[w.RateHz])
	}
	return outcomes, nil
}

func try(w Writing, mv []float64) Outcome {
	o := Outcome{Writing: w}
	hints := recording.Hints{DefaultRateHz: recordings.RateHz}
	if w.Rate == "sender" {
		hints.RateHz = w.RateHz
	}
	got, err := recording.ReadBytes(w.Write(mv), hints)
	var refusal *recording.Error
	switch {
	case errors.As(err, &refusal):
		o.Refused, o.Detail = refusal.Reason, refusal.Detail
	case err != nil:
		o.Wrong = err.Error()
	default:
		o.Wrong = wrong(w, got, mv)
	}
	return o
}

// wrong says what is wrong with a recording that was read, empty for nothing.
func wrong(w Writing, got *recording.Recording, want []float64) string {
	mv := got.Chosen().MV
	if math.Abs(got.RateHz/w.RateHz-1) > 0.001 {
		return fmt.Sprintf("rate %.4f Hz", got.RateHz)
	}
	if w.Habit == "last line cut off" {
		want = want[:len(want)-1]
		mv = mv[:min(len(mv), len(want))]
	}
	if len(mv) != len(want) {
		return fmt.Sprintf("%d samples instead of %d", len(mv), len(want))
	}
	var sx, sy, n float64
	var x, y []float64
	for i := range mv {
		gone := w.Missing != "none" && i >= firstMissing && i < firstMissing+missing
		if math.IsNaN(mv[i]) != gone {
			return fmt.Sprintf("sample %d is %v", i, mv[i])
		}
		if !gone {
			x, y = append(x, mv[i]), append(y, want[i])
			sx, sy, n = sx+mv[i], sy+want[i], n+1
		}
	}
	var sxx, syy, sxy float64
	for i := range x {
		dx, dy := x[i]-sx/n, y[i]-sy/n
		sxx, syy, sxy = sxx+dx*dx, syy+dy*dy, sxy+dx*dy
	}
	if like := sxy / math.Sqrt(sxx*syy); !(like > 0.999) {
		return fmt.Sprintf("the lead %q is like the ECG to %.3f only", got.Chosen().Name, like)
	}
	guessed := slices.ContainsFunc(got.Notes, func(n recording.Note) bool { return strings.HasPrefix(n.Code, "unit_guessed") })
	if gain := math.Sqrt(sxx / syy); w.UnitTold() && (guessed || math.Abs(gain-1) > 0.01) {
		return fmt.Sprintf("unit guessed: %v, %.4g times as strong", guessed, gain)
	}
	return ""
}
