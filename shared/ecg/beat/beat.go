// Package beat segments the beats of a filtered signal and makes them comparable:
// polarity corrected, normalised to the heart rate, aligned, and without
// outliers.
//
// The learned parameters depend on every choice made here: a change of the grid,
// the order of steps or a constant invalidates them.
package beat

// The grid of a beat's samples: 4 ms steps from -248 ms to +448 ms, the R peak at
// index Before.
const (
	RateHz = 250
	Before = 62
	After  = 112
	Width  = Before + 1 + After
)

// Beats are the usable beats of one recording, in time order.
type Beats struct {
	// Rows holds the beats one after another, Width values each: mean 0 and root
	// mean square 1 over the row, polarity corrected, the R peak of the median
	// beat at index Before, the time after the QRS complex scaled to an interval
	// of one second.
	Rows []float64
	// Quality is each beat's correlation with the median beat, from the limit of
	// outliers to 1.
	Quality []float64
	// RR is the median RR interval around each beat, in seconds.
	RR []float64
	// Scale is the divisor of each row: its root mean square in mV.
	Scale []float64
	// Turned reports whether the signal was inverted, so that its polarity was
	// corrected.
	Turned bool
	// Cut is the number of beats before outliers were dropped.
	Cut int
}

// Len returns the number of beats.
func (b *Beats) Len() int { return len(b.Quality) }

// Row returns the i-th beat; it shares Rows' memory.
func (b *Beats) Row(i int) []float64 { return b.Rows[i*Width : (i+1)*Width] }
