package parameters

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"systole/shared/ecg/beat"
)

func TestShippedParametersAreWholeAndFitTogether(t *testing.T) {
	for _, algorithm := range Shipped {
		t.Run(algorithm.Name, func(t *testing.T) {
			p := algorithm.Parameters()
			if p.Algorithm != algorithm.Name {
				t.Errorf("the file calls itself %q", p.Algorithm)
			}
			checkWhole(t, p)
		})
	}
}

func checkWhole(t *testing.T, m *Parameters) {
	t.Helper()
	if len(m.Persons) == 0 {
		t.Error("no list of the persons that it was learned from")
	}
	mean := make([]float64, beat.Width)
	mean[beat.Before] = 10
	if got, want := len(m.Embed(nil, &Workspace{}, mean)), m.Dimensions(); got != want {
		t.Errorf("an embedding of %d values, want %d", got, want)
	}
	for i := 1; i < len(m.Impostors); i++ {
		if m.Impostors[i] <= m.Impostors[i-1] {
			t.Errorf("threshold for a rate of %g is %g, not above %g", Rate(i), m.Impostors[i], m.Impostors[i-1])
		}
	}
}

// shipped returns the newest algorithm's file.
func shipped(t testing.TB) string {
	t.Helper()
	b, err := files.ReadFile(Shipped[0].Name + ".bin")
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestReadReturnsWhatWasAppended(t *testing.T) {
	m, err := Read(shipped(t))
	if err != nil {
		t.Fatal(err)
	}
	again, err := Read(string(m.Append(nil)))
	if err != nil || again.Algorithm != m.Algorithm || !reflect.DeepEqual(again.Persons, m.Persons) || again.Impostors != m.Impostors {
		t.Fatalf("read again: error %v", err)
	}
	for i, v := range m.Networks[0].Dense.Weight {
		if math.Abs(float64(again.Networks[0].Dense.Weight[i]-v)) > 1e-4 {
			t.Fatalf("weight %d: %g, then %g", i, v, again.Networks[0].Dense.Weight[i])
		}
	}
}

func TestReadRefusesDamage(t *testing.T) {
	shipped := shipped(t)
	for at := 0; at < len(shipped); at += 997 {
		damaged := []byte(shipped)
		damaged[at] ^= 0x10
		if _, err := Read(string(damaged)); !errors.Is(err, ErrFile) {
			t.Errorf("byte %d changed: %v, want ErrFile", at, err)
		}
	}
	for _, n := range []int{0, 5, 100, len(shipped) - 1} {
		if _, err := Read(shipped[:n]); !errors.Is(err, ErrFile) {
			t.Errorf("%d bytes: %v, want ErrFile", n, err)
		}
	}
}

func TestThresholdGoesThroughTheTableAndBetween(t *testing.T) {
	var c Calibration
	for i := range c {
		c[i] = float32(i)
	}
	for _, test := range []struct{ rate, want float64 }{{0.1, 0}, {0.01, 2}, {1e-5, 8}, {1e-6, 10}, {math.Pow(10, -1.25), 0.5}} {
		if got := c.Threshold(test.rate); math.Abs(got-test.want) > 1e-6 {
			t.Errorf("rate %g: %g, want %g", test.rate, got, test.want)
		}
	}
}

// BenchmarkRead measures the reading of the parameters, which the first check
// after a cold start waits for.
func BenchmarkRead(b *testing.B) {
	file := shipped(b)
	for b.Loop() {
		if _, err := Read(file); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEmbed measures from a mean beat to its embedding.
func BenchmarkEmbed(b *testing.B) {
	m := Shipped.Newest()
	mean := make([]float64, beat.Width)
	mean[beat.Before] = 10
	var w Workspace
	var embedding []float32
	b.ReportAllocs()
	for b.Loop() {
		embedding = m.Embed(embedding[:0], &w, mean)
	}
}
