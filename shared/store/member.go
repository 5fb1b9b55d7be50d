package store

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Member is a person who signed up.
type Member struct {
	Username     string // NFC, unique, the key
	PK           int64  // unique, 0 < PK < 2^53
	Name         string
	Age          *int   // years; nil when not given
	Gender       Gender // empty when not given
	PasswordHash string // argon2id, PHC string; of a member who moved here, another until the first log-in
	Created      time.Time
	// TokensValidFrom voids every token that was issued under another one.
	TokensValidFrom time.Time
	// Networks are those that the member logged in from, with the last time, by a
	// digest of each.
	Networks map[string]time.Time `json:",omitempty"`
	// Consent is the last consent given; nil if the member never gave any.
	Consent *Consent
	// Template points to the current template; nil when there is none.
	Template *Template `json:"Model"` // the name in database files of 2026
	// Digests are those of recordings that were checked since the template's
	// object was written, which holds the earlier ones; by an id of each check.
	Digests map[string][]byte `json:"Prints"` // the name in database files of 2026
	// Removed is the time of the last removal of a template, or of what would have
	// become one: zero for none. Each is later than the one before, by a
	// millisecond at least.
	Removed time.Time `json:",omitzero"`
	// Failed is the last template's failure count from its removal to the next
	// template.
	Failed Attempts `json:",omitzero"`
	// MemoryKey is the object that remembers the recordings which the member used,
	// while there is no template: a template's object remembers them beside it.
	MemoryKey string `json:",omitempty"`
	// LastCheck is the last check that was admitted; zero for none.
	LastCheck LastCheck `json:",omitzero"`
	// Uploads are those handed out that no request has used yet, oldest first.
	Uploads []PendingUpload `json:",omitempty"`
	// Seen is the time that clean-up knows the template by: from its making or its
	// last use, as of when clean-up looked; zero without a template, and in rows of
	// before there was such a time.
	Seen time.Time `json:",omitzero"`
	// SubjectSalt is a secret of the member, of which the subjects are made that
	// third parties know them by. It is drawn when it is first needed, and stays.
	SubjectSalt []byte `json:",omitempty"`
	// RecoveryCodes are those that set a new password.
	RecoveryCodes RecoveryCodes `json:",omitzero"`
	// Recovered is the last time that a recovery code set the password, and
	// RecoveredBefore the time before that; zero for never.
	Recovered       time.Time `json:",omitzero"`
	RecoveredBefore time.Time `json:",omitzero"`
}

// LastCheck identifies the last admitted check, to recognise its repetition.
type LastCheck struct {
	Key string // of its request: Probe.Key
	ID  string // of its digest, whether or not that still is there
	At  time.Time
}

// PendingUpload is an upload that was handed out and not used yet.
type PendingUpload struct {
	ID      string
	Size    int64     // bytes
	Expires time.Time // when it counts no more
}

// ObjectKey is the object that the member's row points to, "" for none: the
// template's, or the one that remembers.
func (m Member) ObjectKey() string {
	if m.Template != nil {
		return m.Template.Key
	}
	return m.MemoryKey
}

// Awaits reports whether the key is that of an upload which no request has used.
func (m Member) Awaits(key string) bool {
	return slices.ContainsFunc(m.Uploads, func(u PendingUpload) bool {
		at, ok := UploadKey(m.PK, u.ID)
		return ok && at == key
	})
}

// HadTemplate reports whether the member has a template, or had one.
func (m Member) HadTemplate() bool { return m.Template != nil || !m.Removed.IsZero() }

// FailedChecks are those in a row, of the template or of the last there was.
func (m Member) FailedChecks() Attempts {
	if m.Template == nil {
		return m.Failed
	}
	return Attempts{Failures: m.Template.Failures, FailedAt: m.Template.FailedAt}
}

// DigestIDs returns the keys of Digests, sorted.
func (m Member) DigestIDs() []string { return slices.Sorted(maps.Keys(m.Digests)) }

// Gender as a member stated it.
type Gender string

// The values that sign-up takes beside none.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// Consent to the use of one's ECG.
type Consent struct {
	Version   string // of the text that was agreed to
	Given     time.Time
	Withdrawn time.Time // zero while it holds
}

// Holds reports whether there is consent to the text of this version.
func (c *Consent) Holds(version string) bool {
	return c != nil && c.Version == version && c.Withdrawn.IsZero()
}

// Template points to the object that holds a member's reference template. The
// object is written before the pointer, and never overwritten.
type Template struct {
	Version   string // unique for each template made
	Key       string // of the object: TemplateKey
	Made      time.Time
	Used      time.Time // last successful check, to the day
	Algorithm string    // the oldest that the object needs: see package biometric
	Quality   float64   // 0 to 1
	Days      int       `json:",omitempty"` // of enrolment, 0 where it isn't known
	LastDay   time.Time `json:",omitzero"`  // when the last of them was added, zero where it isn't known
	// Failures counts the checks that were admitted since it was 0: those that
	// failed in a row, and those that have no verdict yet. FailedAt is the time of
	// the last one.
	Failures int
	FailedAt time.Time
}

// MemberReader reads one member.
type MemberReader interface {
	// Member returns the member as last written, or ErrNotFound.
	Member(ctx context.Context, username string) (Member, error)
}

// MemberStore stores members' sign-up data, consent and networks.
type MemberStore interface {
	MemberReader
	// CreateMember adds m; ErrExists when the user name is taken. A repetition
	// of the very same write (equal PasswordHash) succeeds: the reply to the
	// first may have been lost.
	CreateMember(ctx context.Context, m Member) error
	// ReplacePassword sets the hash if it still is old, else ErrConflict.
	// validFrom, unless it is zero, becomes TokensValidFrom in the same write.
	ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error
	// VoidTokens sets TokensValidFrom; ErrConflict when there is no such member, or
	// another has the name by now.
	VoidTokens(ctx context.Context, username string, pk int64, from time.Time) error
	// SetConsent sets the consent; ErrConflict when there is no such member, or
	// another has the name by now.
	SetConsent(ctx context.Context, username string, pk int64, c Consent) error
	// RecordNetwork sets the time at which the member with this pk logged in from
	// a network, and forgets others; ErrConflict when there is no such member.
	RecordNetwork(ctx context.Context, username string, pk int64, network string, at time.Time, forget []string) error
	// DeleteMember deletes the member with this pk. Deleting a missing member
	// succeeds; ErrConflict when another member has the name by now.
	DeleteMember(ctx context.Context, username string, pk int64) error
	// ClaimPKBlock reserves the block of PKs with this number for claimant, a
	// word unique to a process; ErrExists when another has claimed it.
	ClaimPKBlock(ctx context.Context, block int64, claimant string) error
}

// MaxArchived is how many digests one write removes from a member's row. Every
// store takes as many: the expressions of DynamoDB, the narrowest, have 4 KB and
// name each with 24 bytes.
const MaxArchived = 100

// TemplateWriter moves a member's pointer to a template.
type TemplateWriter interface {
	// SetTemplate moves the member's pointer to t, and removes the digests with the
	// ids archived, which t's object now holds; ErrConflict unless account, pointer,
	// consent and last removal are as from, the member as read, has them. Seen becomes
	// t.Used where it is zero. A repetition of the very same write succeeds. At most
	// MaxArchived ids.
	SetTemplate(ctx context.Context, from Member, t Template, archived []string) error
}

// TemplateRemover removes a member's pointer to a template.
type TemplateRemover interface {
	// ClearTemplate removes the member's pointer to a template, where there is one,
	// Seen and Uploads, and sets Removed to at. The pointer then leads to the object memory ("" for
	// none), which now holds the digests with the ids archived; they are removed.
	// ErrConflict unless account, pointer and last removal are as from, the member
	// as read, has them. A repetition of the very same write succeeds.
	ClearTemplate(ctx context.Context, from Member, at time.Time, memory string, archived []string) error
}

// ProbeRegistry remembers the recordings that are being checked.
type ProbeRegistry interface {
	// RegisterProbe admits a probe: it adds the probe's digest under its id, adds
	// one to the template's Failures and sets FailedAt, and returns the member
	// with it, in one call. So of checks at once none is compared that wasn't
	// counted, and of several with one recording all but one see another's digest.
	// It becomes the member's LastCheck. A repetition of the very same write succeeds
	// and counts once.
	//
	// The error is ErrNotFound when the session's user name has no member, and
	// ErrConflict, with the member as they are, when the session isn't the
	// member's, there is no template, the limit admits none now, or the probe
	// repeats the LastCheck.
	RegisterProbe(ctx context.Context, session Session, p Probe) (Member, error)
	// RememberProbe puts the digest under the id, and counts nothing; ErrConflict
	// when the session isn't the member's.
	RememberProbe(ctx context.Context, session Session, id string, digest []byte) error
	// RemoveProbe removes the digest with this id; the failure count stays.
	// Removing a missing one succeeds.
	RemoveProbe(ctx context.Context, username, id string) error
	// WithdrawProbe removes the digest with this id, and takes the failure back
	// that RegisterProbe counted, if the template still is of this version and has
	// a failure, else ErrConflict; there is no LastCheck then. Withdrawing a missing
	// one succeeds.
	WithdrawProbe(ctx context.Context, username, version, id string) error
	// RecordAcceptance sets the template's Failures to 0 and Used, if it still is
	// of this version, else ErrConflict.
	RecordAcceptance(ctx context.Context, username, version string, used time.Time) error
}

// Probe is a recording that is to be checked.
type Probe struct {
	ID     string // of its digest
	Digest []byte
	At     time.Time
	Limit  Backoff // of failed checks in a row
	// Key is that of the request which brings the recording: requests with the same
	// key after Since are one. Empty for a request that is like no other.
	Key   string
	Since time.Time
}

// Repeats reports whether the probe is of the same request as an admitted check.
func (p Probe) Repeats(c LastCheck) bool {
	return p.Key != "" && p.Key == c.Key && c.At.After(p.Since)
}

// SubjectWriter gives members the secret that their subjects are made of.
type SubjectWriter interface {
	// SetSubjectSalt sets the salt of a member who has none; ErrConflict when there
	// is another one, no such member, or another has the name by now. A repetition of
	// the very same write succeeds.
	SetSubjectSalt(ctx context.Context, username string, pk int64, salt []byte) error
}

// UploadRegistry remembers the uploads that were handed out to a member.
type UploadRegistry interface {
	// SetUploads replaces the member's Uploads; ErrConflict unless account and
	// uploads are as from, the member as read, has them. A repetition of the very
	// same write succeeds.
	SetUploads(ctx context.Context, from Member, uploads []PendingUpload) error
}

// MemberLister finds members for clean-up.
type MemberLister interface {
	// MemberByPK returns the member with this pk as last written, or
	// ErrNotFound.
	MemberByPK(ctx context.Context, pk int64) (Member, error)
	// MembersPage returns the members among the next limit rows after cursor
	// ("" for the start), and the cursor to go on from, "" at the end.
	MembersPage(ctx context.Context, cursor string, limit int) ([]Member, string, error)
}

// Members is the whole store of members: their rows, the attempts to log in,
// and what happened to their accounts.
type Members interface {
	MemberStore
	TemplateWriter
	TemplateRemover
	ProbeRegistry
	UploadRegistry
	SubjectWriter
	RecoveryWriter
	MemberLister
	AttemptStore
	ActivityLog
	ActivityExpirer
	DueLister
	LeftoverWriter
	LeftoverSettler
	UseIndexer
}
