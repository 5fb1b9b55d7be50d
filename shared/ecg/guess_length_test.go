package ecg

import "testing"

// A file chooses its number of samples: of a prime number of them the transform
// would take seconds.
func TestOfAnyNumberOfSamplesAlmostAllAreTransformedAtOnce(t *testing.T) {
	const mostLeft = 0.001
	for n := fewestSamples; n <= guessSamples; n += 11 {
		examined := transformable(n)
		if examined > n || float64(n-examined) > mostLeft*float64(n) {
			t.Fatalf("of %d samples %d are transformed", n, examined)
		}
		if examined*largestFactor(examined) > mostWork {
			t.Fatalf("%d samples, of which %d are transformed, take too long", n, examined)
		}
	}
	for n, want := range map[int]int{2: 2, 12: 3, 97: 97, 5140: 257, 32749: 32749, 32768: 2, 31 * 31: 31} {
		if got := largestFactor(n); got != want {
			t.Errorf("the largest factor of %d is %d, not %d", n, got, want)
		}
	}
}
