// Package request is what a caller asks of package biometric. It stands apart
// so that who passes it on needn't link the signal processing.
package request

// Enrolment is the recordings to make a model of.
type Enrolment struct {
	Files [][]byte
	// RateHz is the sampling rate that the caller states, 0 for none; a file's
	// own goes before it.
	RateHz float64
}

// Check is a recording to compare, and how.
type Check struct {
	File   []byte
	RateHz float64 // as with an enrolment
	// FMR, when not 0, asks for a stricter threshold than the setting's; a laxer
	// one is fault.FieldInvalid.
	FMR float64
	// Nonce is the one that the token was given for this check; empty for none.
	Nonce string
}
