// Command inspect shows a file as the service sees it:
//
//	go run ./infra/inspect FILE                   format, rate, leads, beats, quality
//	go run ./infra/inspect -png ECG.png FILE      draws it, too
//	go run ./infra/inspect -against OTHER FILE    are they one person's heart?
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/inspect"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
)

func main() {
	err := run(os.Args[1:], os.Stdout, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "inspect:", err)
		os.Exit(1)
	}
}

// options are the command's flags.
type options struct {
	file, against, png string
	hints              recording.Hints
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("inspect", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Float64Var(&o.hints.RateHz, "rate", 0, "sampling rate in `Hz`, for files that don't say")
	flags.StringVar(&o.hints.Lead, "lead", "", "`name` of the lead to look at (default lead I, else the first)")
	flags.StringVar(&o.png, "png", "", "`file` to draw the recording into")
	flags.StringVar(&o.against, "against", "", "`file` to enrol with, and check the other against")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	if flags.NArg() != 1 {
		return o, errors.New("name one file to inspect: -h explains what there is")
	}
	o.file = flags.Arg(0)
	o.hints.DefaultRateHz, o.hints.Guess, o.hints.IsECG = 500, ecg.GuessRate, ecg.LooksLikeECG // as the service reads
	return o, nil
}

func run(args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	seen, err := look(o.file, o.hints)
	if err != nil {
		return err
	}
	describe(stdout, seen)
	if o.png != "" {
		if err := drawn(o.png, seen); err != nil {
			return fmt.Errorf("draw: %w", err)
		}
	}
	if o.against != "" {
		return compare(stdout, o)
	}
	return nil
}

func look(file string, h recording.Hints) (*inspect.Inspection, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	seen, err := inspect.File(data, h, inspect.Needs{Enrolment: quality.Need(biometric.EnrolmentNeed), Probe: quality.Need(biometric.ProbeNeed)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return seen, nil
}

// describe prints the findings.
func describe(out io.Writer, in *inspect.Inspection) {
	line := func(name, format string, args ...any) {
		fmt.Fprintf(out, "%-11s%s\n", name, fmt.Sprintf(format, args...))
	}
	line("format", "%s", in.Format)
	if in.Device != "" {
		line("device", "%s", in.Device)
	}
	if !in.Start.IsZero() {
		line("recorded", "%s", in.Start.Format(time.RFC3339))
	}
	line("rate", "%.6g Hz", in.RateHz)
	if len(in.Leads) > 1 {
		line("leads", "%s", strings.Join(quoted(in.Leads), ", "))
		line("lead", "%s, which is compared", in.Lead)
	} else if in.Lead != "" {
		line("lead", "%s", in.Lead)
	}
	line("length", "%.1f s", in.Report.Seconds)
	line("beats", "%d, of which %d agree; %.0f a minute", in.Report.Beats, in.Report.CleanBeats, in.Report.HeartRate)
	line("trust", "%.0f %%", 100*in.Report.Trust())
	for _, s := range in.Stretches {
		line("quality", "%5.0f to %5.0f s  %s", s.From, s.To, either(string(s.Reason), "good"))
	}
	line("enrolment", "%s", said(in.Enrolment))
	line("check", "%s", said(in.Check))
	for _, n := range in.Notes {
		line("note", "%s", n.Text)
	}
}

func quoted(names []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = fmt.Sprintf("%q", name)
	}
	return all
}

func either(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

func said(v inspect.Verdict) string {
	s := either(string(v.Reason), "would do")
	if v.SecondsMissing > 0 {
		s += fmt.Sprintf(", %.1f s missing", v.SecondsMissing)
	}
	if v.BeatsMissing > 0 {
		s += fmt.Sprintf(", %d beats missing", v.BeatsMissing)
	}
	return s
}

// compare prints at which false match rates the file is accepted as the other's
// person. The score itself is never printed.
func compare(out io.Writer, o options) error {
	enrolment, err := read(o.against, o.hints)
	if err != nil {
		return err
	}
	probe, err := read(o.file, o.hints)
	if err != nil {
		return err
	}
	template, err := ecg.Enrol(parameters.Shipped.Newest(), quality.Need(biometric.EnrolmentNeed), enrolment)
	if err != nil {
		return fmt.Errorf("%s: enrolment: %w", o.against, err)
	}
	if err := probe.Usable(quality.Need(biometric.ProbeNeed)); err != nil {
		return fmt.Errorf("%s: check: %w", o.file, err)
	}
	score, err := template.Compare(probe)
	if err != nil {
		return fmt.Errorf("%s: check: %w", o.file, err)
	}
	for _, one := range []float64{100, 1000, 10000} {
		answer := "no"
		if score.Accepted(ecg.FMR(1 / one)) {
			answer = "yes"
		}
		fmt.Fprintf(out, "same person, wrong for 1 impostor in %.0f: %s\n", one, answer)
	}
	return nil
}

func read(file string, h recording.Hints) (*ecg.Reading, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r, err := recording.ReadBytes(data, h)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	reading, err := ecg.Read(ecg.Signal{MV: r.Chosen().MV, RateHz: r.RateHz})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return reading, nil
}
