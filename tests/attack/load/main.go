// Command load drives the local service with mixed traffic: as fast as it can
// answer, at the rate found that way, at twice of it, and at half of it, to see
// that it sheds the excess, keeps its memory, and recovers at once.
//
//	go run ./tests/attack/load [-for 1m] [-plot latency.png]
//
// With an address it tries a deployment instead, gently: members sign up, enrol, are
// recognised and leave again, and in between send some requests of all kinds. It fails
// if any isn't answered as it should be.
//
//	go run ./tests/attack/load -url https://ecg.example.com/ -confirm ecg.example.com -requests 200
package main

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"text/tabwriter"
	"time"
)

func main() {
	length := flag.Duration("for", time.Minute, "how long each phase is")
	picture := flag.String("plot", "", "`file` for a plot of the latency over time, PNG or SVG; none when empty")
	people := flag.Int("people", 20, "how many members the traffic is of; with -url 2 unless it is named")
	r := remote{people: 2}
	flag.StringVar(&r.url, "url", "", "`address` of a deployment to try instead of a service of its own")
	flag.StringVar(&r.confirmed, "confirm", "", "`host` of -url once more, where it isn't this machine")
	flag.IntVar(&r.requests, "requests", 0, "with -url: how many requests at most, beside the members' own; 0 for a smoke test")
	flag.Float64Var(&r.rate, "rate", 5, "with -url: requests a second")
	flag.Parse()
	r.length = *length
	flag.Visit(func(f *flag.Flag) {
		if f.Name == "people" {
			r.people = *people
		}
	})
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	try := func() error { return run(ctx, *length, *people, *picture) }
	if r.url != "" {
		try = func() error { return r.run(ctx) }
	}
	if err := try(); err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, length time.Duration, people int, picture string) error {
	s, err := start(ctx)
	if err != nil {
		return err
	}
	defer s.stop()
	t, err := newTraffic(s.Base, people)
	if err != nil {
		return err
	}
	began := time.Now()
	// Enough callers to keep every core busy, each waiting for its answer.
	warm := closedLoop(ctx, t, s, 4*runtime.NumCPU(), length)
	capacity := warm.answers()
	phases := []phase{{"as fast as it answers", 0, warm}}
	for _, p := range []struct {
		name  string
		share float64
	}{{"at capacity", 1}, {"at twice of it", 2}, {"at half of it, right after", 0.5}} {
		phases = append(phases, phase{p.name, p.share * capacity, openLoop(ctx, t, s, p.share*capacity, length, math.MaxInt)})
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	table(phases)
	if picture == "" {
		return nil
	}
	return plotLatency(picture, began, phases)
}

// phase is a rate of requests, with their results.
type phase struct {
	name string
	rate float64 // requests a second, 0 for as fast as they are answered
	*results
}

func table(phases []phase) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "| phase\t| sent/s\t| answered/s\t| shed (503)\t| other 5xx\t| p50\t| p99\t| memory |")
	fmt.Fprintln(w, "|---\t|---\t|---\t|---\t|---\t|---\t|---\t|---|")
	for _, p := range phases {
		sent := float64(p.count()) / p.took.Seconds()
		fmt.Fprintf(w, "| %s\t| %.0f\t| %.0f\t| %.1f %%\t| %d\t| %v\t| %v\t| %d MB |\n", p.name, sent, p.answers(),
			100*float64(p.shed)/float64(max(1, p.count())), p.failed, p.quantile(0.5), p.quantile(0.99), p.memory>>20)
	}
	w.Flush()
}
