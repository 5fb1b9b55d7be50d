// Command beats writes the front end's beats of the recordings that the second algorithm
// is learned from, so that training has the same input as a check:
//
//	go run ./infra/train/beats OUT
//
// It writes to the folder OUT, for each of dev (ECG-ID and Heartprint), ptb
// (PTB-XL), axis-1 … axis-4 (PTB-XL with its lead turned) and cinc (CinC 2017),
// NAME.f32 with little-endian 32-bit floats, beat.Width values a row, one row a
// beat, and NAME.csv with one line a span: whose it is and which rows are its.
package main

import (
	"bufio"
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"systole/infra/train/learn"
	"systole/shared/ecg/frontend"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// turns are the shares of lead II that are added to lead I.
var turns = []float64{-0.3, -0.15, 0.15, 0.3}

func main() {
	data := flag.String("data", "", "folder with ecg-id, heartprint, ptb-xl and cinc2017 (default: ECG_DATA, else ../shared/data)")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: beats [-data DIR] OUT")
		os.Exit(2)
	}
	if err := run(cohort.Folder(*data, "."), flag.Arg(0)); err != nil {
		fmt.Fprintln(os.Stderr, "beats:", err)
		os.Exit(1)
	}
}

func run(data, out string) error {
	if err := os.MkdirAll(out, 0o755); err != nil {
		return err
	}
	recordings, err := cohort.Load(data)
	if err != nil {
		return err
	}
	var spans []trials.Span
	for i := range recordings {
		spans = append(spans, trials.Whole(&recordings[i]))
		spans = append(spans, trials.Windows(&recordings[i])...)
	}
	if err := write(filepath.Join(out, "dev"), spans, nil); err != nil {
		return err
	}
	for i, axis := range append([]float64{0}, turns...) {
		recordings, patients, err := cohort.LoadPTBXL(filepath.Join(data, cohort.PTBXL), axis)
		if err != nil {
			return err
		}
		name := "ptb"
		if axis != 0 {
			name = fmt.Sprint("axis-", i)
		}
		if err := write(filepath.Join(out, name), wholes(recordings), patients); err != nil {
			return err
		}
	}
	recordings, err = cohort.LoadCinC2017(filepath.Join(data, cohort.CinC2017))
	if err != nil {
		return err
	}
	return write(filepath.Join(out, "cinc"), wholes(recordings), nil)
}

func wholes(recordings []cohort.Recording) (spans []trials.Span) {
	for i := range recordings {
		spans = append(spans, trials.Whole(&recordings[i]))
	}
	return spans
}

// write writes the spans' beats; patients are those of the spans, or empty.
func write(stem string, spans []trials.Span, patients []cohort.Patient) (err error) {
	beats, err := os.Create(stem + ".f32")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, beats.Close()) }()
	index, err := os.Create(stem + ".csv")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, index.Close()) }()
	rows, lines := bufio.NewWriter(beats), bufio.NewWriter(index)
	fmt.Fprintln(lines, "person,session,name,from,to,start,beats,trust,rate,reason,fold,age,sex,normal")
	var front frontend.FrontEnd
	start := 0
	for i, s := range spans {
		b := learn.Cut(&front, s.Recording, s.From, s.To)
		patient := cohort.Patient{}
		if patients != nil {
			patient = patients[i]
		}
		fmt.Fprintf(lines, "%s,%s,%s,%g,%g,%d,%d,%.4f,%.1f,%s,%d,%d,%s,%t\n",
			b.Person, s.Recording.Session, s.Recording.Name, s.From, s.To, start, len(b.Rows),
			b.Report.Trust(), b.Report.HeartRate, b.Report.Reason(trials.ProbeNeed),
			patient.Fold, patient.Age, patient.Sex, patient.Normal)
		start += len(b.Rows)
		for _, row := range b.Rows {
			for _, v := range row {
				// A failed write fails again in Flush.
				_ = binary.Write(rows, binary.LittleEndian, math.Float32bits(float32(v)))
			}
		}
	}
	return errors.Join(rows.Flush(), lines.Flush())
}
