package biometric

import (
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// This file is the whole policy of enrolments and checks: the requirements on a
// recording, the limits on attempts, the false match rate, and the number and
// lifetime of stored digests. Settings holds the choices of a deployment.

// FMR is a false match rate (ISO/IEC 19795-1): the share of impostors that a
// check accepts. 0.001 is one in a thousand.
type FMR float64

// Need is the least that a purpose demands of a recording.
type Need struct {
	Seconds    float64 // length
	CleanBeats int     // beats that agree with the others
}

// Needs of an enrolment and of a probe. Fewer beats raise the false non-match
// rate; more beats lengthen the recording that a member has to make.
var (
	EnrolmentNeed = Need{Seconds: 10, CleanBeats: 6}
	ProbeNeed     = Need{Seconds: 8, CleanBeats: 4}
)

// Limits of a request's files and uploads.
const (
	// maxUploads bounds the uploaded files of one request: they are fetched one after
	// the other, and held in memory together.
	maxUploads = 16
	// MaxUploadSize is the largest upload, and the largest sum of one request's
	// uploads, in bytes: an hour of twelve leads, or a day of one, in most
	// formats.
	MaxUploadSize = 64 << 20
	// UploadLifetime is the time that a caller has to send the file.
	UploadLifetime = 15 * time.Minute
	// addressClosed is the time from an address's hand-out for which an address
	// that must not be used any more stays closed: its lifetime, and a minute for
	// clocks that differ.
	addressClosed = UploadLifetime + time.Minute
	// lookAtUpload is the time after which clean-up first looks for the file of an
	// address: the address has expired by then, and a file that no request used is
	// deleted.
	lookAtUpload = 2 * UploadLifetime
	// lookAtRemoval is the time after which clean-up checks whether a removal was
	// completed: no request takes as long.
	lookAtRemoval = time.Hour
	// Quota of a member's pending uploads, handed out or stored and not yet used:
	// two enrolments of the most files, and 512 MB. Each upload counts until it is
	// used, or until pendingLifetime is over and the file is deleted.
	maxPending      = 2 * maxUploads
	maxPendingBytes = 512 << 20
	pendingLifetime = 24 * time.Hour
)

// checkLimit bounds failed checks in a row (NIST SP 800-63B-4, 3.2.3). From Most
// failures on, the template can't be used until the member, with the password,
// enrols again.
//
// A check counts as failed from the write that admits it until its verdict, so
// that concurrent checks can't exceed the limit. A check that ends without a
// verdict, by a crash or a failing store, stays counted.
var checkLimit = store.Backoff{Free: 5, First: 30 * time.Second, Longest: 15 * time.Minute, Most: 50}

// Limits of the stored digests, by which no recording is accepted twice.
const (
	// maxChecked bounds the digests of accepted checks. Each takes some 1.5 KB of
	// the template's object, and each makes it likelier that a new recording
	// resembles one of them by chance.
	maxChecked = 256
	// maxEnrolled bounds the digests of enrolled recordings. That of a recording
	// of ten minutes takes some 85 KB of the template's object.
	maxEnrolled = 256
	// archiveFrom is the number of digests beside the member from which they move
	// to the template's object: until then every read of the member carries them.
	archiveFrom = 32
	// archiveBytes is their size from which they move: a row in DynamoDB has at
	// most 400 KB, each write of it costs by its size, and the digest of a
	// ten-minute check has some 85 KB.
	archiveBytes = 12 << 10
	// besideBytes is the size of the digests beside a member from which checks
	// wait until they are archived: beyond it, the digest of an accepted probe
	// might find no room.
	besideBytes = 64 << 10
)

// repeatWithin is the time within which an identical request with the same token
// is a repetition of the same check: a double tap, or a retry after a lost
// answer. Clients wait 30 s for an answer.
const repeatWithin = time.Minute

// MigrationFMR is the false match rate at which the older template must accept a
// probe for it to enter the newer one: of 4,760 impostors' recordings none entered
// at this rate, three at the rate that checks decide at (infra/train/torch/README.md). The check itself was accepted at its own rate,
// so the stricter of the two holds.
const MigrationFMR = FMR(0.0003)

// usedResolution is the resolution of the time at which a template was last used:
// each update costs a write.
const usedResolution = 24 * time.Hour

// strictness returns the false match rate of a check: the setting's, or a
// stricter one that the caller asks for; fault.FieldInvalid for a laxer one.
func (s Settings) strictness(asked FMR) (FMR, error) {
	if !(asked >= 0 && asked <= s.FMR) { // NaN is neither
		return 0, fault.New(fault.FieldInvalid, "field", "fmr")
	}
	if asked == 0 {
		return s.FMR, nil
	}
	return asked, nil
}

// mayEnrol returns fault.ConsentMissing if consent is required and not given. It
// returns fault.LogInAgain if there is, or was, a template and the session proves
// no more than the possession of its token, or if the log-in is older than the
// failure that disabled the template.
func (s Settings) mayEnrol(session store.Session, m store.Member, now time.Time) error {
	if err := s.consented(m); err != nil {
		return err
	}
	failed := m.FailedChecks()
	if checkLimit.Exhausted(failed.Failures) && !session.Issued.After(failed.FailedAt) {
		return fault.New(fault.LogInAgain)
	}
	return member.MayChangeTemplate(session, m, now)
}

// mayAdd returns fault.NoModel if there is no template to add to, and
// fault.DayTooSoon if its last day of enrolment is today.
func mayAdd(m store.Member, now time.Time) error {
	if m.Template == nil {
		return fault.New(fault.NoModel)
	}
	if wait := member.NextDay(*m.Template).Sub(now); wait > 0 {
		return fault.New(fault.DayTooSoon, "hours", int(math.Ceil(wait.Hours())))
	}
	return nil
}

// consented returns fault.ConsentMissing if consent to today's text is required
// and the member has not given it.
func (s Settings) consented(m store.Member) error {
	if s.Consent != "" && !m.Consent.Holds(s.Consent) {
		return fault.New(fault.ConsentMissing)
	}
	return nil
}

// mayCheck returns the reason that forbids a comparison with the template now:
// fault.ModelDisabled, or fault.TooManyChecks with the time to wait.
func mayCheck(m store.Template, now time.Time) error {
	if checkLimit.Exhausted(m.Failures) {
		return fault.New(fault.ModelDisabled)
	}
	if checkLimit.Admits(m.Failures, m.FailedAt, now) {
		return nil
	}
	return tooManyChecks(m.FailedAt.Add(checkLimit.Wait(m.Failures)).Sub(now))
}

func tooManyChecks(wait time.Duration) error {
	return fault.New(fault.TooManyChecks, "seconds", int(math.Ceil(wait.Seconds()))).After(wait)
}
