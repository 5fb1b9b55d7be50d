package store

import (
	"context"
	"maps"
	"slices"
	"time"
)

// Member is a person who signed up.
type Member struct {
	Username     string // NFC; unique: the key of the row
	PK           int64  // unique, 0 < PK < 2^53
	Name         string
	Age          *int   // years; nil when not given
	Gender       Gender // empty when not given
	PasswordHash string // argon2id as a PHC string; for a member who moved here, another kind until the first log-in
	Created      time.Time
	// TokensValidFrom voids every token that was issued under another value of it.
	TokensValidFrom time.Time
	// Networks are the networks that the member logged in from, by a digest of
	// each, with the time of the last log-in.
	Networks map[string]time.Time `json:",omitempty"`
	// Consent is the last consent given; nil if the member never gave any.
	Consent *Consent
	// Template points to the current template; nil when there is none.
	Template *Template `json:"Model"` // the name in database files of 2026
	// Digests are those of the recordings that were checked since the template's
	// object was written, by an id of each check. The object holds the earlier
	// ones.
	Digests map[string][]byte `json:"Prints"` // the name in database files of 2026
	// Removed is the time of the last removal of a template, or of an enrolment
	// under way; zero for none. Each is later than the one before by at least a
	// millisecond.
	Removed time.Time `json:",omitzero"`
	// Failed is the failure count of the last template, from its removal to the
	// next template.
	Failed Attempts `json:",omitzero"`
	// MemoryKey is the key of the object with the digests of the member's used
	// recordings while there is no template; a template's object holds them
	// itself.
	MemoryKey string `json:",omitempty"`
	// LastCheck is the last check that was admitted; zero for none.
	LastCheck LastCheck `json:",omitzero"`
	// Uploads are the uploads that were handed out and not used yet, oldest first.
	Uploads []PendingUpload `json:",omitempty"`
	// Seen is the time by which clean-up lists the template: of its making, or of
	// its last use when clean-up looked last; zero without a template, and in rows
	// from before this field.
	Seen time.Time `json:",omitzero"`
	// SubjectSalt is a secret of the member from which the subjects are derived
	// that third parties know them by. It is drawn when it is first needed, and
	// never changes.
	SubjectSalt []byte `json:",omitempty"`
	// RecoveryCodes are the codes that each set a new password once.
	RecoveryCodes RecoveryCodes `json:",omitzero"`
	// Recovered is the last time that a recovery code set the password,
	// RecoveredBefore the time before that; zero for never.
	Recovered       time.Time `json:",omitzero"`
	RecoveredBefore time.Time `json:",omitzero"`
}

// LastCheck identifies the last admitted check, so that a repetition of it is
// recognised.
type LastCheck struct {
	Key string // of its request: see Probe.Key
	ID  string // of its digest, which may have been removed since
	At  time.Time
}

// PendingUpload is an upload that was handed out and not used yet.
type PendingUpload struct {
	ID      string
	Size    int64     // bytes
	Expires time.Time // when it no longer counts
}

// ObjectKey is the key of the object that the member's row points to, "" for
// none: the template's, or that of the digests alone.
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

// FailedChecks returns the failed checks in a row, of the template or of the last
// one that there was.
func (m Member) FailedChecks() Attempts {
	if m.Template == nil {
		return m.Failed
	}
	return Attempts{Failures: m.Template.Failures, FailedAt: m.Template.FailedAt}
}

// DigestIDs returns the keys of Digests, sorted.
func (m Member) DigestIDs() []string { return slices.Sorted(maps.Keys(m.Digests)) }

// Gender is a gender as a member stated it; empty for none.
type Gender string

// The values that sign-up accepts.
const (
	Male   Gender = "male"
	Female Gender = "female"
)

// Consent is a consent to the use of one's ECG.
type Consent struct {
	Version   string // of the text that was agreed to
	Given     time.Time
	Withdrawn time.Time // zero while it is given
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
	Used      time.Time // last accepted check, to the day
	Algorithm string    // the oldest one that the object needs: see package biometric
	Quality   float64   // 0 to 1
	Days      int       `json:",omitempty"` // of enrolment; 0 if unknown
	LastDay   time.Time `json:",omitzero"`  // when the last of them was added; zero if unknown
	// Failures counts the checks admitted since the last reset: the failed ones in
	// a row, and those without a verdict yet. FailedAt is the time of the last
	// one.
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
	// CreateMember adds m; ErrExists if the user name is taken. A repetition of
	// the very same write (equal PasswordHash) succeeds, as the reply to the first
	// may have been lost.
	CreateMember(ctx context.Context, m Member) error
	// ReplacePassword replaces the hash if it still is old, else ErrConflict.
	// validFrom, unless it is zero, becomes TokensValidFrom in the same write.
	ReplacePassword(ctx context.Context, username, old, new string, validFrom time.Time) error
	// VoidTokens sets TokensValidFrom; ErrConflict if there is no such member, or
	// the name belongs to another by now.
	VoidTokens(ctx context.Context, username string, pk int64, from time.Time) error
	// SetConsent sets the consent; ErrConflict if there is no such member, or the
	// name belongs to another by now.
	SetConsent(ctx context.Context, username string, pk int64, c Consent) error
	// RecordNetwork sets the time of the last log-in from a network of the member
	// with this pk, and removes the networks in forget; ErrConflict if there is no
	// such member.
	RecordNetwork(ctx context.Context, username string, pk int64, network string, at time.Time, forget []string) error
	// DeleteMember deletes the member with this pk. Deleting a missing member
	// succeeds; ErrConflict if the name belongs to another by now.
	DeleteMember(ctx context.Context, username string, pk int64) error
	// ClaimPKBlock reserves the block of PKs with this number for claimant, a word
	// unique to a process; ErrExists if another has claimed it.
	ClaimPKBlock(ctx context.Context, block int64, claimant string) error
}

// MaxArchived bounds the digests that one write removes from a member's row. All
// stores have the same bound: DynamoDB's expressions, the narrowest, have 4 KB
// and name each digest with 24 bytes.
const MaxArchived = 100

// TemplateWriter moves a member's pointer to a template.
type TemplateWriter interface {
	// SetTemplate moves the member's pointer to t, and removes the digests with
	// the ids archived, which t's object holds now. It returns ErrConflict unless
	// account, pointer, consent and last removal are as in from, the member as
	// read. Seen becomes t.Used if it is zero. A repetition of the very same write
	// succeeds. There are at most MaxArchived ids.
	SetTemplate(ctx context.Context, from Member, t Template, archived []string) error
}

// TemplateRemover removes a member's pointer to a template.
type TemplateRemover interface {
	// ClearTemplate removes the member's pointer to a template, if there is one,
	// Seen and Uploads, and sets Removed to at. MemoryKey becomes memory ("" for
	// none), the key of the object that now holds the digests with the ids
	// archived; these are removed from the row. It returns ErrConflict unless
	// account, pointer and last removal are as in from, the member as read. A
	// repetition of the very same write succeeds.
	ClearTemplate(ctx context.Context, from Member, at time.Time, memory string, archived []string) error
}

// ProbeRegistry registers the recordings that are being checked.
type ProbeRegistry interface {
	// RegisterProbe admits a probe. In one call it adds the probe's digest under
	// its id, adds one to the template's Failures, sets FailedAt and LastCheck,
	// and returns the member. So no check is compared that wasn't counted, and of
	// concurrent checks with one recording all but one see the digest of another.
	// A repetition of the very same write succeeds and counts once.
	//
	// The error is ErrNotFound if the session's user name has no member. It is
	// ErrConflict, with the member as they are, if the session isn't the member's,
	// there is no template, the limit admits no check now, or the probe repeats
	// the LastCheck.
	RegisterProbe(ctx context.Context, session Session, p Probe) (Member, error)
	// RememberProbe adds the digest under the id without counting; ErrConflict if
	// the session isn't the member's.
	RememberProbe(ctx context.Context, session Session, id string, digest []byte) error
	// RemoveProbe removes the digest with this id; the failure count stays.
	// Removing a missing one succeeds.
	RemoveProbe(ctx context.Context, username, id string) error
	// WithdrawProbe removes the digest with this id, the failure that
	// RegisterProbe counted for it, and LastCheck, if the template still is of
	// this version and has a failure, else ErrConflict. Withdrawing a missing one
	// succeeds.
	WithdrawProbe(ctx context.Context, username, version, id string) error
	// RecordAcceptance sets the template's Failures to 0 and its Used, if it still
	// is of this version, else ErrConflict.
	RecordAcceptance(ctx context.Context, username, version string, used time.Time) error
}

// Probe is a recording to check.
type Probe struct {
	ID     string // of its digest
	Digest []byte
	At     time.Time
	Limit  Backoff // of failed checks in a row
	// Key is the key of the request with the recording: requests with the same key
	// after Since are one request. Empty for a request that repeats none.
	Key   string
	Since time.Time
}

// Repeats reports whether the probe's request is the one of an admitted check.
func (p Probe) Repeats(c LastCheck) bool {
	return p.Key != "" && p.Key == c.Key && c.At.After(p.Since)
}

// SubjectWriter stores the secret that a member's subjects are derived from.
type SubjectWriter interface {
	// SetSubjectSalt sets the salt of a member without one; ErrConflict if there
	// is another salt, no such member, or the name belongs to another by now. A
	// repetition of the very same write succeeds.
	SetSubjectSalt(ctx context.Context, username string, pk int64, salt []byte) error
}

// UploadRegistry registers the uploads that were handed out to a member.
type UploadRegistry interface {
	// SetUploads replaces the member's Uploads; ErrConflict unless account and
	// uploads are as in from, the member as read. A repetition of the very same
	// write succeeds.
	SetUploads(ctx context.Context, from Member, uploads []PendingUpload) error
}

// MemberLister finds members for clean-up.
type MemberLister interface {
	// MemberByPK returns the member with this pk as last written, or
	// ErrNotFound.
	MemberByPK(ctx context.Context, pk int64) (Member, error)
	// MembersPage returns the members among the next limit rows after cursor (""
	// for the start), and the next cursor, "" at the end.
	MembersPage(ctx context.Context, cursor string, limit int) ([]Member, string, error)
}

// Members is the whole store of members: their rows, the attempts to log in, and
// the audit trails.
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
