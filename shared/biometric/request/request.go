// Package request is what a caller asks of package biometric. It stands apart
// so that who passes it on needn't link the signal processing.
package request

// Recording is how a recording comes, or several, and what is known of it
// beside what it says itself.
type Recording struct {
	Files   [][]byte // sent with the request
	Uploads []string // ids of files that were uploaded before
	// RateHz is the sampling rate that the caller states, 0 for none; a file's
	// own goes before it.
	RateHz float64
	// Lead names the lead to compare; empty for lead I, else the first.
	Lead string
	// Pick is part of the name of the ECG to take of an archive; empty for the newest.
	Pick string
}

// Enrolment is the recordings to make a model of.
type Enrolment struct{ Recording }

// Check is a recording to compare, and how.
type Check struct {
	Recording
	// FMR, when not 0, asks for a stricter threshold than the setting's; a laxer
	// one is fault.FieldInvalid.
	FMR float64
	// Nonce is the one that the token was given for this check; empty for none.
	Nonce string
}

// Upload is where a file goes that is larger than a request, and how.
type Upload struct {
	ID      string
	Method  string
	URL     string
	Headers map[string]string // to send along as they are
}
