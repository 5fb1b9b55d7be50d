package isometry

import (
	"math"
	"math/rand/v2"
	"testing"
)

func vector(chance *rand.Rand, n int) []float32 {
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(chance.NormFloat64())
	}
	return x
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestInvertReturnsTheTransformedVector(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 150, 255, 256} {
		transform := New([32]byte{byte(n)}, n, 100)
		x := vector(chance, n)
		y, ok := transform.Transform(nil, x)
		if !ok || len(y) != Size(n) {
			t.Fatalf("%d values: %d transformed, %v", n, len(y), ok)
		}
		for i, v := range transform.Invert(nil, y) {
			if math.Abs(float64(v-x[i])) > 1e-4 {
				t.Fatalf("%d values: value %d is %v, was %v", n, i, v, x[i])
			}
		}
	}
}

func TestEveryTransformedVectorIsAsLongAsTheRadius(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	transform := New([32]byte{7}, 150, 50)
	for range 100 {
		y, _ := transform.Transform(nil, vector(chance, 150))
		if length := math.Sqrt(dot(y, y)); math.Abs(length-50) > 1e-3 {
			t.Fatalf("length %v", length)
		}
	}
	if _, ok := transform.Transform(nil, append(make([]float32, 149), 51)); ok {
		t.Error("a vector beyond the radius was transformed")
	}
	if _, ok := transform.Transform(nil, append(make([]float32, 149), float32(math.NaN()))); ok {
		t.Error("not a number was transformed")
	}
}

func TestOneVectorUnderTwoSeedsCannotBeLinked(t *testing.T) {
	chance := rand.New(rand.NewPCG(5, 6))
	const n, tries = 150, 400
	var same, other float64
	for i := range tries {
		x, z := vector(chance, n), vector(chance, n)
		a, _ := New([32]byte{1, byte(i), byte(i >> 8)}, n, 20).Transform(nil, x)
		b, _ := New([32]byte{2, byte(i), byte(i >> 8)}, n, 20).Transform(nil, x)
		c, _ := New([32]byte{2, byte(i), byte(i >> 8)}, n, 20).Transform(nil, z)
		same += dot(a, b) / 400
		other += dot(a, c) / 400
	}
	// The cosine of two unrelated vectors of 160 values has a deviation of 0.08.
	limit := 4 * 0.08 / math.Sqrt(tries)
	if same /= tries; math.Abs(same) > limit {
		t.Errorf("mean cosine of one vector's %v, at most %v by chance", same, limit)
	}
	if other /= tries; math.Abs(other) > limit {
		t.Errorf("mean cosine of two vectors' %v, at most %v by chance", other, limit)
	}
}

func BenchmarkNewAndBack(b *testing.B) {
	y := make([]float32, Size(150))
	b.ReportAllocs()
	for b.Loop() {
		New([32]byte{1}, 150, 100).Invert(nil, y)
	}
}
