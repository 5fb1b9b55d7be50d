// Package rate bounds the sampling rates of recordings, for the signal
// processing and for the messages to callers and operators. It imports nothing
// of the service.
package rate

// The usable sampling rates, in Hz. Below, a QRS complex (80 to 120 ms) is fewer
// than eight samples; ECG recorders sample at no higher rate, and a mistaken number
// would cost memory.
const (
	MinHz = 90
	MaxHz = 4000
)

// Usable reports whether a recording can have this sampling rate. NaN is none.
func Usable(hz float64) bool { return hz >= MinHz && hz <= MaxHz }
