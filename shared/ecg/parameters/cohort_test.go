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
	embeddings := vectors(t, &p)
	cohort := NewCohort(&p, embeddings[:2], embeddings[2:])
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

// The share must be that of the members' scores in a comparison, which are worked out
// in another way, and with a logarithm and a power of e each.
func TestTheShareIsThatOfTheMembersScores(t *testing.T) {
	for _, algorithm := range Shipped {
		p := *algorithm.Parameters()
		if p.Cohort == nil {
			continue
		}
		odd := &Cohort{scale: p.Cohort.scale}
		for _, population := range p.Cohort.populations {
			odd.add(&p, population[:201*p.Dimensions()])
		}
		p.Cohort = odd
		embeddings := vectors(t, &p)
		for i, recordings := range []float64{1, 2, 9} {
			template := Template{Mean: embeddings[i], Recordings: recordings, Days: i}
			for _, probe := range embeddings[:3] {
				for _, score := range []float64{-1e5, -300, -40, 0, 25, p.Compare(&template, probe), 400, 1e5} {
					got, want := p.Strangers(score, &template, probe), plainShare(&p, score, &template, probe)
					if math.Abs(got-want) > 1e-6*(1+want) {
						t.Errorf("%s, worth %g, score %g: %.9f, want %.9f", p.Algorithm, template.worth(), score, got, want)
					}
				}
			}
		}
	}
}

func plainShare(p *Parameters, score float64, t *Template, probe []float32) float64 {
	highest := 0.0
	for _, numbers := range p.Cohort.populations {
		var enrolments, probes float64
		n := float64(len(numbers) / p.Dimensions())
		for ; len(numbers) > 0; numbers = numbers[p.Dimensions():] {
			member := make([]float32, p.Dimensions())
			for k := range member {
				member[k] = p.Cohort.scale[k] * float32(int8(numbers[k]))
			}
			enrolled := Template{Mean: member, Recordings: 1}
			enrolments += 1 / (1 + math.Exp((score-p.Compare(&enrolled, probe))/softness)) / n
			probes += 1 / (1 + math.Exp((score-p.Compare(t, member)-resized(p, member))/softness)) / n
		}
		highest = max(highest, enrolments, probes)
	}
	return highest
}

// resized returns what a probe's score gains by the length to which plda.Project
// resized it, which is no longer exact once its numbers are rounded.
func resized(p *Parameters, z []float32) float64 {
	gain := 0.0
	for i, s := range p.Spaces {
		d, length := float64(s.Dimensions()), 0.0
		for k, b := range s.Between {
			length += float64(z[k]) * float64(z[k]) / float64(1+b)
		}
		gain += float64(p.Weights[i]) * (p.Degrees + d) / 2 * (math.Log(p.Degrees+d) - math.Log(p.Degrees+length))
		z = z[s.Dimensions():]
	}
	return gain
}

func TestACohortIsReadAsItWasAppended(t *testing.T) {
	p := *Shipped.Newest()
	embeddings := vectors(t, &p)
	cohort := NewCohort(&p, embeddings[:2], embeddings[2:])
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
	embeddings := vectors(b, p)
	template := Template{Mean: embeddings[0], Recordings: 1}
	score := p.Compare(&template, embeddings[1])
	b.ReportAllocs()
	for b.Loop() {
		p.Strangers(score, &template, embeddings[1])
	}
}

// BenchmarkReadCohort measures the reading of the cohort, which the first check after
// a cold start waits for.
func BenchmarkReadCohort(b *testing.B) {
	p := Shipped.Newest()
	file, err := files.ReadFile(p.Algorithm + ".cohort")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readCohort(string(file), p); err != nil {
			b.Fatal(err)
		}
	}
}
