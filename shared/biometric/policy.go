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

// Need is the least recording that a purpose accepts.
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
	// MaxUploadSize is the largest file that can be uploaded, and as much as the
	// uploads of one request may have together, in bytes: an hour of twelve leads,
	// or a day of one, in most formats.
	MaxUploadSize = 64 << 20
	// UploadLifetime is how long a caller has to upload it.
	UploadLifetime = 15 * time.Minute
	// addressClosed is how long after it was handed out an address is closed that
	// must not be used any more: beyond its end, for clocks that differ.
	addressClosed = UploadLifetime + time.Minute
	// lookAtUpload is when clean-up first looks at what an address took: the address
	// has expired, and a file that nobody waits for goes.
	lookAtUpload = 2 * UploadLifetime
	// lookAtRemoval is when clean-up looks whether a removal was completed: no request
	// takes as long.
	lookAtRemoval = time.Hour
	// Quota of a member's pending uploads, handed out or stored and not yet used:
	// two enrolments of the most files, and 512 MB. Each upload counts until it is
	// used, or until pendingLifetime is over and the file is deleted.
	maxPending      = 2 * maxUploads
	maxPendingBytes = 512 << 20
	pendingLifetime = 24 * time.Hour
)

// checkLimit bounds failed checks in a row (NIST SP 800-63B-4, 3.2.3). At Most
// the template is of no use until the member, with the password, enrols again.
//
// A check counts as failed from the write that admits it until its verdict: of
// checks at once no more are compared than the limit admits. One that ends
// without a verdict, by a crash or a store that is down, stays counted.
var checkLimit = store.Backoff{Free: 5, First: 30 * time.Second, Longest: 15 * time.Minute, Most: 50}

// Limits of the stored digests, by which no recording is accepted twice.
const (
	// maxChecked bounds the checks remembered beside a template. Each costs it some
	// 1.5 KB, and the more there are the likelier a new recording resembles one
	// by chance.
	maxChecked = 256
	// maxEnrolled is the same for the recordings of enrolments, with some 13 KB of a
	// recording of ten minutes.
	maxEnrolled = 256
	// archiveFrom is the number of digests beside the member from which they move
	// to the template's object. Every read of the member carries them until then.
	archiveFrom = 32
	// archiveBytes is the same for their size: digests of ten-minute checks are 85 KB
	// each, a row may have 400 KB, and each write of it costs by its size.
	archiveBytes = 12 << 10
	// besideBytes is the size of the digests beside a member from which no check is
	// made until they are archived: beyond it, one that is accepted could not be
	// remembered.
	besideBytes = 64 << 10
)

// repeatWithin is the time within which the same request from the same token is
// the same check: a double tap, or a retry after a lost answer. Clients wait 30 s
// for an answer.
const repeatWithin = time.Minute

// When a template is adapted to an accepted probe, where Settings.Adapt says so:
// hearts change over weeks.
const (
	// adaptEvery is the least time between adaptations: each writes an object.
	adaptEvery = 24 * time.Hour
	// AdaptFMR is the false match rate at which the probe must be accepted,
	// stricter than any usual check, so that no impostor enters the template.
	AdaptFMR = FMR(0.0003)
)

// MigrationFMR is the false match rate at which the older template must accept a
// check for it to enter the newer one, as for adaptation: of 4,760 impostors'
// recordings none got in at this rate, three at the rate that checks decide at
// (infra/train/torch/README.md). The check was accepted at its own rate before, so the
// stricter of the two holds.
const MigrationFMR = AdaptFMR

// usedResolution is how exactly a template's last use is known: to note it costs
// a write.
const usedResolution = 24 * time.Hour

// strictness is the false match rate of a check: the setting's, or a stricter
// one that the caller asks for; fault.FieldInvalid for a laxer one.
func (s Settings) strictness(asked FMR) (FMR, error) {
	switch {
	case asked == 0:
		return s.FMR, nil
	case asked > 0 && asked <= s.FMR:
		return asked, nil
	}
	return 0, fault.New(fault.FieldInvalid, "field", "fmr")
}

// mayEnrol returns fault.ConsentMissing where consent is required and not given,
// and fault.LogInAgain where there is, or was, a template and the session proves
// no more than the possession of its token, or its log-in is older than the
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

// mayAdd returns fault.NoModel where there is no template to add to, and
// fault.DayTooSoon where its last day of enrolment is today.
func mayAdd(m store.Member, now time.Time) error {
	if m.Template == nil {
		return fault.New(fault.NoModel)
	}
	if wait := member.NextDay(*m.Template).Sub(now); wait > 0 {
		return fault.New(fault.DayTooSoon, "hours", int(math.Ceil(wait.Hours())))
	}
	return nil
}

// consented returns fault.ConsentMissing where consent to today's text is
// required and the member has not given it.
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

// mayAdapt reports whether the template is old enough to be adapted.
func (s Settings) mayAdapt(m store.Template, now time.Time) bool {
	return s.Adapt && now.Sub(m.Made) >= adaptEvery
}
