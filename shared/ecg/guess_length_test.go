package ecg

import "testing"

// A file chooses its number of samples: of a prime number of them the transform
// would take seconds.
func TestOfAnyNumberOfSamplesAlmostAllAreTransformedAtOnce(t *testing.T) {
	const mostLeft = 0.005
	for n := fewestSamples; n <= guessSamples; n += 11 {
		examined := transformable(n)
		if examined > n || float64(n-examined) > mostLeft*float64(n) {
			t.Fatalf("of %d samples %d are transformed", n, examined)
		}
		rest := examined
		for factor := 2; factor*factor <= rest; factor++ {
			for rest%factor == 0 && rest > factor {
				rest /= factor
			}
		}
		if rest > largestFactor {
			t.Fatalf("%d samples, of which %d are transformed, have the factor %d", n, examined, rest)
		}
	}
}
