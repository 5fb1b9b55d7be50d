// Package rate bounds the sampling rates of recordings, for the signal
// processing and for what tells a caller or an operator about them. It links
// nothing.
package rate

// The sampling rates that can be worked with, in Hz. Below, a QRS complex (80 to
// 120 ms) is fewer than eight samples; above is no ECG recorder, and a wrong
// number would cost memory.
const (
	MinHz = 90
	MaxHz = 4000
)

// Usable reports whether a recording can have this sampling rate. NaN is none.
func Usable(hz float64) bool { return hz >= MinHz && hz <= MaxHz }
