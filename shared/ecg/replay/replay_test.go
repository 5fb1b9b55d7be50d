package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// beating returns a recording of 14 beats that differ from one another.
func beating(seed uint64) Signal {
	r := rand.New(rand.NewPCG(seed, 7))
	s := Signal{Raw: make([]float64, 3000)}
	for at := 150.; at < 2800; at += 190 + 12*r.NormFloat64() {
		s.Peaks = append(s.Peaks, at)
		waves := []struct{ height, at, width float64 }{
			{0.15 + 0.03*r.NormFloat64(), -40 + 2*r.NormFloat64(), 5},
			{-0.1 + 0.03*r.NormFloat64(), -7, 2.5},
			{1 + 0.04*r.NormFloat64(), 0, 2.5},
			{-0.2 + 0.04*r.NormFloat64(), 7, 3},
			{0.3 + 0.03*r.NormFloat64(), 62 + 2*r.NormFloat64(), 12},
		}
		for i := range s.Raw {
			for _, w := range waves {
				z := (float64(i) - at - w.at) / w.width
				s.Raw[i] += w.height * math.Exp(-z*z/2)
			}
		}
	}
	for i := range s.Raw {
		s.Raw[i] += 0.004 * r.NormFloat64()
	}
	return s
}

// shuffled returns a recording's beats in another order, each with its interval.
func shuffled(s Signal, seed uint64) Signal {
	r := rand.New(rand.NewPCG(seed, 8))
	const before = 80
	order := r.Perm(len(s.Peaks) - 2)
	var out Signal
	for _, i := range order {
		i++
		from, to := int(s.Peaks[i])-before, int(s.Peaks[i+1])-before
		out.Peaks = append(out.Peaks, float64(len(out.Raw))+s.Peaks[i]-float64(from))
		out.Raw = append(out.Raw, s.Raw[from:to]...)
	}
	return out
}

// beatAmong returns a fresh recording whose fifth beat comes from a used one.
func beatAmong(fresh, used Signal) Signal {
	const before, after, i = 70, 110, 4
	out := Signal{Raw: slices.Clone(fresh.Raw), Peaks: slices.Clone(fresh.Peaks)}
	to, from := int(fresh.Peaks[i]), int(used.Peaks[i])
	copy(out.Raw[to-before:], used.Raw[from-before:from+after])
	out.Peaks[i] = float64(to) + used.Peaks[i] - float64(from)
	return out
}

func each(s Signal, change func(v float64) float64) Signal {
	out := Signal{Raw: slices.Clone(s.Raw), Peaks: s.Peaks}
	for i, v := range out.Raw {
		out.Raw[i] = change(v)
	}
	return out
}

// slowed returns a recording whose time is stretched by a factor.
func slowed(s Signal, by float64) Signal {
	var out Signal
	for at := 0.; at < float64(len(s.Raw)-1); at += 1 / by {
		i := int(at)
		out.Raw = append(out.Raw, s.Raw[i]+(at-float64(i))*(s.Raw[i+1]-s.Raw[i]))
	}
	for _, p := range s.Peaks {
		out.Peaks = append(out.Peaks, p*by)
	}
	return out
}

func TestBeatsAreKnownInAnyOrder(t *testing.T) {
	d := New(Key{1})
	seen := beating(1)
	var history []Digest
	for seed := range uint64(20) {
		history = append(history, d.Digest(beating(seed+1)))
	}
	r := rand.New(rand.NewPCG(1, 1))
	tests := []struct {
		name  string
		probe Signal
		want  bool
	}{
		{"as it was", seen, true},
		{"in another order", shuffled(seen, 1), true},
		{"in another order, louder, upside down, with an offset", each(shuffled(seen, 1), func(v float64) float64 { return 3 - 7*v }), true},
		{"in another order, faster", slowed(shuffled(seen, 1), 0.91), true},
		{"in another order, slower", slowed(shuffled(seen, 1), 1.09), true},
		{"in another order, noise", each(shuffled(seen, 1), func(v float64) float64 { return v + 0.01*r.NormFloat64() }), true},
		{"one beat among new ones", beatAmong(beating(100), seen), true},
		{"in another order, much white noise", each(shuffled(seen, 1), func(v float64) float64 { return v + 0.018*r.NormFloat64() }), true},
		{"new", beating(100), false},
		{"new, in another order", shuffled(beating(100), 1), false},
		{"new, noise", each(beating(100), func(v float64) float64 { return v + 0.05*r.NormFloat64() }), false},
		{"no beats", Signal{Raw: seen.Raw}, false},
		{"nothing", Signal{}, false},
		{"flat", Signal{Raw: make([]float64, 3000), Peaks: seen.Peaks}, false},
	}
	for _, tt := range tests {
		if got := d.Replayed(tt.probe, history); got != tt.want {
			forms, residuals := beatsOf(history)
			byForm, byResidual := d.evidence(tt.probe, forms, residuals)
			t.Errorf("%s: %v, want %v (evidence %.1f, %.1f)", tt.name, got, tt.want, byForm, byResidual)
		}
	}
	if d.Replayed(seen, nil) || d.Replayed(seen, []Digest{{}, {Forms: history[0].Forms[:1]}}) {
		t.Error("a replay of nothing")
	}
}

func TestNewRecordingsAreRarelyReplays(t *testing.T) {
	d := New(Key{1})
	var history []Digest
	for seed := range uint64(60) {
		history = append(history, d.Digest(beating(seed+1)))
	}
	refused := 0
	for seed := range uint64(100) {
		if d.Replayed(beating(1000+seed), history) {
			refused++
		}
	}
	if refused > 2 {
		t.Errorf("%d of 100 new recordings are refused", refused)
	}
}

func TestWhatIsKeptOfABeatDoesNotDependOnItsNeighbours(t *testing.T) {
	d := New(Key{1})
	s := beating(1)
	whole := d.Digest(s).Forms
	part := Signal{Raw: s.Raw[int(s.Peaks[4])-100 : int(s.Peaks[4])+120]}
	part.Peaks = []float64{s.Peaks[4] - float64(int(s.Peaks[4])-100)}
	alone := d.Digest(part).Forms
	if len(alone) != 1 {
		t.Fatalf("%d forms of one beat", len(alone))
	}
	least := int32(math.MaxInt32)
	for i := range whole {
		least = min(least, distance(&alone[0], &whole[i], math.MaxInt32))
	}
	if least > grain {
		t.Errorf("a beat alone is %d from itself among others", least)
	}
}

func TestAnotherKeyKnowsNothing(t *testing.T) {
	s := beating(1)
	if New(Key{2}).Replayed(s, []Digest{New(Key{1}).Digest(s)}) {
		t.Error("a digest under one key is known under another")
	}
}

func TestOldDigestsStillTell(t *testing.T) {
	d := New(Key{1})
	s := beating(1)
	old := d.Digest(s)
	old.Forms, old.Residuals = nil, nil
	if !d.Replayed(s, []Digest{old}) {
		t.Error("a recording isn't known by a digest of the first version")
	}
}

// Digests are stored for months: if new ones were made differently, they would
// not match the stored ones. Only a coordinate on the edge may depend on the
// processor.
func TestVectorsStayWhatTheyAre(t *testing.T) {
	d := New(Key{1, 2, 3}).Digest(beating(1))
	if len(d.Forms) != 14 || len(d.Residuals) != 14 {
		t.Fatalf("%d forms, %d residuals", len(d.Forms), len(d.Residuals))
	}
	for _, tt := range []struct {
		name string
		got  Vector
		want [8]int8
	}{
		{"form", d.Forms[0], [8]int8{-109, -98, 57, -23, 2, 18, -21, -60}},
		{"residual", d.Residuals[12], [8]int8{-8, -75, -44, 72, -67, 42, 18, -68}},
	} {
		for k, want := range tt.want {
			if off := int8(tt.got[k] - byte(want)); off < -1 || off > 1 {
				t.Errorf("%s begins %v, want %v", tt.name, tt.got[:8], tt.want)
				break
			}
		}
	}
}

func TestRotationIsOrthonormal(t *testing.T) {
	m := rotation(rand.NewChaCha8([32]byte{1}))
	row := func(i int) []float64 { return m.Data[i*m.Stride : i*m.Stride+m.Cols] }
	for i := range m.Rows {
		for k := range i + 1 {
			want := 0.0
			if i == k {
				want = 1
			}
			if got := dot(row(i), row(k)); math.Abs(got-want) > 1e-9 {
				t.Fatalf("rows %d and %d: %g", i, k, got)
			}
		}
	}
}

func TestSketchTellsTheSideOfTheMiddle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	for range 100 {
		var v, middle Vector
		for k := range v {
			v[k], middle[k] = byte(r.Uint32()), byte(r.Uint32())
		}
		got := v.sketch(&middle)
		for k := range v {
			if want := uint64(v[k]-middle[k]) >> 7; got>>k&1 != want {
				t.Fatalf("coordinate %d, %d beside %d: bit %d, want %d", k, v[k], middle[k], got>>k&1, want)
			}
		}
		if got>>dims != 0 {
			t.Fatalf("bits beyond %d: %x", dims, got)
		}
	}
}

// The digests that the sketches exclude are no nearer than those that a full
// comparison finds.
func TestSearchFindsTheNearest(t *testing.T) {
	d := New(Key{1})
	var earlier []Vector
	for seed := range uint64(40) {
		earlier = append(earlier, d.Digest(beating(seed+1)).Forms...)
	}
	probe := d.Digest(beating(7)).Forms
	variants := make([][]Vector, len(stretches))
	for f := range variants {
		variants[f] = probe
	}
	s := newSearch(variants, earlier)
	for i := range probe {
		least := int32(math.MaxInt32)
		for j := range earlier {
			least = min(least, distance(&probe[i], &earlier[j], least))
		}
		if got, want := s.nearest(i, near+1)[0], math.Log(float64(least)+grain)/2; got != want {
			t.Errorf("beat %d: nearest %g, want %g", i, got, want)
		}
	}
}

func TestCoordinatesGoRound(t *testing.T) {
	a, b := Vector{127, 0, 255}, Vector{128, 1, 0}
	if got := distance(&a, &b, math.MaxInt32); got != 3 {
		t.Errorf("distance %d, want 3", got)
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		New(Key{1})
	}
}

func BenchmarkDigest(b *testing.B) {
	d, s := New(Key{1}), beating(1)
	b.ReportAllocs()
	for b.Loop() {
		d.Digest(s)
	}
}

// BenchmarkReplayed measures a probe against the checks of a week, and against as
// many as are remembered.
func BenchmarkReplayed(b *testing.B) {
	d := New(Key{1})
	var history []Digest
	for seed := range uint64(256) {
		history = append(history, d.Digest(beating(seed+2)))
	}
	s := beating(1)
	for _, checks := range []int{10, 256} {
		b.Run(fmt.Sprint(checks, " checks"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				d.Replayed(s, history[:checks])
			}
		})
	}
}
