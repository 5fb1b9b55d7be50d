package parameters

import (
	"errors"
	"math"
	"os"
	"testing"
)

func TestTheNewestAlgorithmHasACohort(t *testing.T) {
	p := Shipped.Newest()
	if p.Cohort == nil || len(p.Cohort.populations) != 2 {
		t.Fatal("no cohort of two populations: go run ./infra/train/cohort")
	}
	for i, population := range p.Cohort.populations {
		if n := len(population) / p.Dimensions(); n < 500 {
			t.Errorf("population %d has %d strangers", i, n)
		}
	}
}

// A stranger's score must be Compare's, up to the rounding of the stored bytes.
func TestStrangersScoreAsTheyWouldInAComparison(t *testing.T) {
	p := *Shipped.Newest()
	embeddings := vectors(t)
	cohort := NewCohort(embeddings[:2], embeddings[2:])
	p.Cohort = cohort
	template := Template{Mean: embeddings[0], Recordings: 4}
	probe := embeddings[1]
	for i, stranger := range embeddings {
		enrolled := Template{Mean: stranger, Recordings: 1}
		asEnrolled, asProbe := p.Compare(&enrolled, probe), p.Compare(&template, stranger)
		n := 2.0
		if i >= 2 {
			n = float64(len(embeddings) - 2)
		}
		// At the stranger's own score the stranger counts as a half.
		for _, score := range []float64{asEnrolled, asProbe} {
			if got := p.Strangers(score, &template, probe); got < 0.4/n {
				t.Errorf("stranger %d scores %.1f as enrolled and %.1f as a probe, but %.3f reach %.1f", i, asEnrolled, asProbe, got, score)
			}
		}
	}
	highest := 0.0
	for i := range embeddings {
		enrolled := Template{Mean: embeddings[i], Recordings: 1}
		highest = max(highest, p.Compare(&enrolled, probe), p.Compare(&template, embeddings[i]))
	}
	if got := p.Strangers(highest+100, &template, probe); got > 1e-6 {
		t.Errorf("%g of the strangers are 100 nats above the highest of them", got)
	}
	if got := p.Strangers(math.Inf(-1), &template, probe); got < 0.999 {
		t.Errorf("%g of the strangers reach no score at all", got)
	}
	p.Cohort = nil
	if got := p.Strangers(0, &template, probe); got != 0 {
		t.Errorf("%g without a cohort", got)
	}
}

func TestACohortIsReadAsItWasAppended(t *testing.T) {
	p := *Shipped.Newest()
	embeddings := vectors(t)
	cohort := NewCohort(embeddings[:2], embeddings[2:])
	again, err := readCohort(string(cohort.Append(nil, p.Algorithm)), &p)
	if err != nil {
		t.Fatal(err)
	}
	template := Template{Mean: embeddings[0], Recordings: 1}
	p.Cohort = cohort
	want := p.Strangers(50, &template, embeddings[1])
	p.Cohort = again
	if got := p.Strangers(50, &template, embeddings[1]); got != want {
		t.Errorf("%g of the strangers, then %g", want, got)
	}
}

func TestReadRefusesADamagedOrForeignCohort(t *testing.T) {
	p := Shipped.Newest()
	b, err := os.ReadFile(p.Algorithm + ".cohort")
	if err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(b); at += 4999 {
		damaged := []byte(string(b))
		damaged[at] ^= 0x10
		if _, err := readCohort(string(damaged), p); !errors.Is(err, ErrFile) {
			t.Errorf("byte %d changed: %v, want ErrFile", at, err)
		}
	}
	for _, n := range []int{0, 5, 100, len(b) - 1} {
		if _, err := readCohort(string(b[:n]), p); !errors.Is(err, ErrFile) {
			t.Errorf("%d bytes: %v, want ErrFile", n, err)
		}
	}
	other := *p
	other.Algorithm = "heart-0"
	if _, err := readCohort(string(b), &other); !errors.Is(err, ErrFile) {
		t.Errorf("another algorithm's: %v, want ErrFile", err)
	}
}

// BenchmarkStrangers measures the cohort's share of a check.
func BenchmarkStrangers(b *testing.B) {
	p := Shipped.Newest()
	embeddings := vectors(b)
	template := Template{Mean: embeddings[0], Recordings: 1}
	score := p.Compare(&template, embeddings[1])
	b.ReportAllocs()
	for b.Loop() {
		p.Strangers(score, &template, embeddings[1])
	}
}
