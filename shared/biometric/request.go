package biometric

// Submission is one or several recordings as a request brings them.
type Submission struct {
	Files   [][]byte // sent with the request
	Uploads []string // ids of files that were uploaded before
	Hints
}

// Enrolment is a request to make a template.
type Enrolment struct {
	Submission
	// Add asks that the recordings join the template as another day, instead of
	// replacing it.
	Add bool
}

// Check is a request to compare one recording with the member's template.
type Check struct {
	Submission
	// FMR, when not 0, asks for a stricter false match rate than the setting's; a
	// laxer one is fault.FieldInvalid.
	FMR FMR
	// Nonce is the session's nonce for this check; empty for none.
	Nonce string
	// Prove asks that an accepted check proves for a while that the session is the
	// member's own. It costs one more call.
	Prove bool
	// Audience and AudienceNonce are those of the third party that the outcome is
	// asserted to; empty for none. A request with others is another request
	// (repeat.go).
	Audience      string `json:",omitempty"`
	AudienceNonce string `json:",omitempty"`
}
