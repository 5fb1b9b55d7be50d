package fault

// Every code of an answer, by the layer that finds the fault. Status and
// sentences: shared/api/words.go.
const (
	// The request itself.
	NotFound             Code = "not_found"
	MethodNotAllowed     Code = "method_not_allowed"
	PrefetchRefused      Code = "prefetch_refused"
	UnsupportedMediaType Code = "unsupported_media_type"
	BodyTooLarge         Code = "body_too_large"
	MalformedBody        Code = "malformed_body"
	FieldMissing         Code = "field_missing"
	FieldInvalid         Code = "field_invalid"
	FileMissing          Code = "file_missing"
	TooManyFiles         Code = "too_many_files"
	TooManyUploads       Code = "too_many_uploads"
	TooManyRequests      Code = "too_many_requests" // answered by API Gateway, never by the code
	UploadMissing        Code = "upload_missing"

	// Identity and authentication.
	UsernameTaken      Code = "username_taken"
	UsernameInvalid    Code = "username_invalid"
	PasswordTooShort   Code = "password_too_short"
	PasswordTooLong    Code = "password_too_long"
	PasswordCommon     Code = "password_common"
	PasswordLikeName   Code = "password_like_username"
	CredentialsInvalid Code = "credentials_invalid"
	PasswordWrong      Code = "password_wrong"
	TooManyLogIns      Code = "too_many_log_ins"
	TooManySignUps     Code = "too_many_sign_ups"
	LogInElsewhere     Code = "log_in_elsewhere"
	RecoveryInvalid    Code = "recovery_invalid"
	SessionUnknown     Code = "session_unknown"
	HandOffInvalid     Code = "hand_off_invalid"
	TokenMissing       Code = "token_missing"
	TokenInvalid       Code = "token_invalid"

	// Consent to the use of an ECG.
	NoConsent      Code = "no_consent"
	ConsentMissing Code = "consent_missing"

	// Enrolment and checks.
	NoModel          Code = "no_model"
	ModelObsolete    Code = "model_obsolete"
	ModelDamaged     Code = "model_damaged"
	DayTooSoon       Code = "day_too_soon"
	ModelDisabled    Code = "model_disabled"
	TooManyChecks    Code = "too_many_checks"
	LogInAgain       Code = "log_in_again"
	CheckFirst       Code = "check_first"
	ChallengeMissing Code = "challenge_missing"
	ChallengeInvalid Code = "challenge_invalid"

	// Log-in for another application.
	FlowInvalid Code = "flow_invalid"
	StepMissing Code = "step_missing"
	CrossSite   Code = "cross_site"

	// Faults of a recording.
	Replay               Code = "replay"
	Unnatural            Code = "unnatural"
	RecordingEmpty       Code = "recording_empty"
	RecordingUnreadable  Code = "recording_unreadable"
	RecordingUnsupported Code = "recording_unsupported"
	RateUnknown          Code = "rate_unknown"
	RateImplausible      Code = "rate_implausible"
	TooShort             Code = "too_short"
	TooFewBeats          Code = "too_few_beats"
	NoBeats              Code = "no_beats"
	LeadsOff             Code = "leads_off"
	Clipped              Code = "clipped"
	Mains                Code = "mains"
	BaselineWander       Code = "baseline_wander"
	Motion               Code = "motion"
	Noisy                Code = "noisy"

	// Faults of the service.
	Conflict    Code = "conflict"
	Unavailable Code = "unavailable"
	Internal    Code = "internal"
)
