// Package rate bounds the sampling rates of recordings, for the signal
// processing and for the messages to callers and operators. It imports nothing
// of the service.
package rate

// The usable sampling rates, in Hz. Below them a QRS complex (80 to 120 ms) has
// fewer than eight samples; no ECG recorder samples above them, and a mistaken
// number would cost memory.
const (
	MinHz = 90
	MaxHz = 4000
)

// Usable reports whether the sampling rate is usable. NaN isn't.
func Usable(hz float64) bool { return hz >= MinHz && hz <= MaxHz }
