package rules

import (
	"bytes"
	"maps"
	"slices"
	"time"

	"systole/shared/store"
)

// Member is a write on a member's row.
type Member = Rule[store.Member]

// CreateMember: see store.MemberStore. The salt of a password hash is random:
// equal hashes are of one sign-up.
func CreateMember(m store.Member) Member {
	return Member{
		Op:      "create member",
		Creates: &m,
		Holds:   func(store.Member) bool { return false },
		Done:    func(old store.Member) bool { return old.PasswordHash == m.PasswordHash },
		Refused: store.ErrExists,
	}
}

// DeleteMember: see store.MemberStore.
func DeleteMember(pk int64) Member {
	return Member{
		Op:      "delete member",
		Holds:   of(pk),
		Deletes: true,
	}
}

// ReplacePassword: see store.MemberStore.
func ReplacePassword(old, new string, validFrom time.Time) Member {
	return Member{
		Op:    "replace password",
		Holds: func(m store.Member) bool { return m.PasswordHash == old },
		Change: func(m *store.Member) {
			m.PasswordHash = new
			if !validFrom.IsZero() {
				m.TokensValidFrom = validFrom
			}
		},
		Done:    func(m store.Member) bool { return m.PasswordHash == new },
		Missing: store.ErrConflict,
	}
}

// VoidTokens: see store.MemberStore.
func VoidTokens(pk int64, from time.Time) Member {
	return Member{
		Op:      "void tokens",
		Holds:   of(pk),
		Change:  func(m *store.Member) { m.TokensValidFrom = from },
		Missing: store.ErrConflict,
	}
}

// RecordNetwork: see store.MemberStore.
func RecordNetwork(pk int64, network string, at time.Time, forget []string) Member {
	return Member{
		Op:    "record network",
		Holds: func(m store.Member) bool { return m.PK == pk },
		Change: func(m *store.Member) {
			networks := make(map[string]time.Time, len(m.Networks)+1)
			maps.Copy(networks, m.Networks)
			for _, old := range forget {
				delete(networks, old)
			}
			networks[network] = at
			m.Networks = networks
		},
		Missing: store.ErrConflict,
	}
}

// SetConsent: see store.MemberStore.
func SetConsent(pk int64, c store.Consent) Member {
	return Member{
		Op:      "set consent",
		Holds:   of(pk),
		Change:  func(m *store.Member) { m.Consent = &c },
		Missing: store.ErrConflict,
	}
}

// SetTemplate: see store.TemplateWriter.
func SetTemplate(from store.Member, t store.Template, archived []string) Member {
	return Member{
		Op:    "set template",
		Holds: func(m store.Member) bool { return unmoved(m, from) && sameConsent(m.Consent, from.Consent) },
		Change: func(m *store.Member) {
			m.Template, m.MemoryKey, m.Failed = &t, "", store.Attempts{}
			if m.Seen.IsZero() {
				m.Seen = t.Used
			}
			m.Digests = without(m.Digests, archived)
		},
		Done:    func(m store.Member) bool { return m.PK == from.PK && version(m) == t.Version },
		Missing: store.ErrConflict,
	}
}

// ClearTemplate: see store.TemplateRemover.
func ClearTemplate(from store.Member, at time.Time, memory string, archived []string) Member {
	return Member{
		Op:    "clear template",
		Holds: func(m store.Member) bool { return unmoved(m, from) },
		Change: func(m *store.Member) {
			m.Failed = m.FailedChecks()
			m.Template, m.MemoryKey, m.Removed, m.Uploads, m.Seen = nil, memory, at, nil, time.Time{}
			m.Digests = without(m.Digests, archived)
		},
		Done:    func(m store.Member) bool { return m.PK == from.PK && m.Template == nil && m.Removed.Equal(at) },
		Missing: store.ErrConflict,
	}
}

// SetSeen: see store.UseIndexer.
func SetSeen(current string, seen time.Time) Member {
	return Member{
		Op:      "set seen",
		Holds:   has(current),
		Change:  func(m *store.Member) { m.Seen = seen },
		Missing: store.ErrConflict,
	}
}

// SetUploads: see store.UploadRegistry.
func SetUploads(from store.Member, uploads []store.PendingUpload) Member {
	return Member{
		Op:      "set uploads",
		Holds:   func(m store.Member) bool { return m.PK == from.PK && sameUploads(m.Uploads, from.Uploads) },
		Change:  func(m *store.Member) { m.Uploads = uploads },
		Done:    func(m store.Member) bool { return m.PK == from.PK && sameUploads(m.Uploads, uploads) },
		Missing: store.ErrConflict,
	}
}

// SetSubjectSalt: see store.SubjectWriter.
func SetSubjectSalt(pk int64, salt []byte) Member {
	return Member{
		Op:      "set subject salt",
		Holds:   func(m store.Member) bool { return m.PK == pk && len(m.SubjectSalt) == 0 },
		Change:  func(m *store.Member) { m.SubjectSalt = salt },
		Done:    func(m store.Member) bool { return m.PK == pk && bytes.Equal(m.SubjectSalt, salt) },
		Missing: store.ErrConflict,
	}
}

// SetRecoveryCodes: see store.RecoveryWriter.
func SetRecoveryCodes(from store.Member, codes store.RecoveryCodes) Member {
	return Member{
		Op:      "set recovery codes",
		Holds:   recoverable(from),
		Change:  func(m *store.Member) { m.RecoveryCodes = codes },
		Done:    func(m store.Member) bool { return m.PK == from.PK && m.RecoveryCodes.Equal(codes) },
		Missing: store.ErrConflict,
	}
}

// RecoverPassword: see store.RecoveryWriter. The salt of a password hash is random:
// equal hashes are of one write.
func RecoverPassword(from store.Member, hash string, left [][]byte, at time.Time) Member {
	return Member{
		Op:    "recover password",
		Holds: recoverable(from),
		Change: func(m *store.Member) {
			m.PasswordHash, m.RecoveryCodes.Left = hash, left
			m.TokensValidFrom, m.Recovered, m.RecoveredBefore = at, at, from.Recovered
		},
		Done:    func(m store.Member) bool { return m.PK == from.PK && m.PasswordHash == hash },
		Missing: store.ErrConflict,
	}
}

// recoverable returns the condition that account, password and recovery codes are
// those that were read.
func recoverable(from store.Member) func(store.Member) bool {
	return func(m store.Member) bool {
		return m.PK == from.PK && m.PasswordHash == from.PasswordHash && m.RecoveryCodes.Equal(from.RecoveryCodes)
	}
}

func sameUploads(a, b []store.PendingUpload) bool {
	return slices.EqualFunc(a, b, func(a, b store.PendingUpload) bool {
		return a.ID == b.ID && a.Size == b.Size && a.Expires.Equal(b.Expires)
	})
}

// unmoved reports whether the member is the one that was read, and no template
// was made or removed since.
func unmoved(m, from store.Member) bool {
	return m.PK == from.PK && m.ObjectKey() == from.ObjectKey() && m.Removed.Equal(from.Removed)
}

// sameConsent reports whether two consents are the same one, given or withdrawn.
func sameConsent(a, b *store.Consent) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Version == b.Version && a.Given.Equal(b.Given) && a.Withdrawn.Equal(b.Withdrawn)
}

// RecordAcceptance: see store.ProbeRegistry.
func RecordAcceptance(current string, used time.Time) Member {
	return Member{
		Op:    "record acceptance",
		Holds: has(current),
		Change: func(m *store.Member) {
			t := *m.Template
			t.Failures, t.FailedAt, t.Used = 0, time.Time{}, used
			m.Template = &t
		},
		Missing: store.ErrConflict,
	}
}

// RegisterProbe: see store.ProbeRegistry.
func RegisterProbe(session store.Session, p store.Probe) Member {
	return Member{
		Op: "register probe",
		Holds: func(m store.Member) bool {
			return m.PK == session.PK && m.TokensValidFrom.Equal(session.ValidFrom) && m.Digests[p.ID] == nil &&
				m.Template != nil && p.Limit.Admits(m.Template.Failures, m.Template.FailedAt, p.At) && !p.Repeats(m.LastCheck)
		},
		Change: func(m *store.Member) {
			digests := make(map[string][]byte, len(m.Digests)+1)
			maps.Copy(digests, m.Digests)
			digests[p.ID] = bytes.Clone(p.Digest)
			t := *m.Template
			t.Failures, t.FailedAt = t.Failures+1, p.At
			m.Digests, m.Template, m.LastCheck = digests, &t, store.LastCheck{Key: p.Key, ID: p.ID, At: p.At}
		},
		Done:    func(m store.Member) bool { return m.Digests[p.ID] != nil },
		Missing: store.ErrNotFound,
	}
}

// RememberProbe: see store.ProbeRegistry.
func RememberProbe(session store.Session, id string, digest []byte) Member {
	return Member{
		Op:    "remember probe",
		Holds: func(m store.Member) bool { return m.PK == session.PK && m.TokensValidFrom.Equal(session.ValidFrom) },
		Change: func(m *store.Member) {
			digests := make(map[string][]byte, len(m.Digests)+1)
			maps.Copy(digests, m.Digests)
			digests[id] = bytes.Clone(digest)
			m.Digests = digests
		},
		Missing: store.ErrConflict,
	}
}

// WithdrawProbe: see store.ProbeRegistry.
func WithdrawProbe(current, id string) Member {
	return Member{
		Op: "withdraw probe",
		Holds: func(m store.Member) bool {
			return m.Digests[id] != nil && has(current)(m) && m.Template.Failures > 0
		},
		Change: func(m *store.Member) {
			t := *m.Template
			t.Failures--
			m.Digests, m.Template, m.LastCheck = without(m.Digests, []string{id}), &t, store.LastCheck{}
		},
		Done: func(m store.Member) bool { return m.Digests[id] == nil },
	}
}

// RemoveProbe: see store.ProbeRegistry.
func RemoveProbe(id string) Member {
	return Member{
		Op:     "remove probe",
		Change: func(m *store.Member) { m.Digests = without(m.Digests, []string{id}) },
	}
}

// of returns the condition that the row is of this account, and not of the next
// one with its name.
func of(pk int64) func(store.Member) bool {
	return func(m store.Member) bool { return m.PK == pk }
}

// version returns the version of the member's current template, "" for none.
func version(m store.Member) string {
	if m.Template == nil {
		return ""
	}
	return m.Template.Version
}

func has(current string) func(store.Member) bool {
	return func(m store.Member) bool { return m.Template != nil && m.Template.Version == current }
}

// without returns the digests except those with these ids; nil if none is left.
func without(digests map[string][]byte, ids []string) map[string][]byte {
	left := maps.Clone(digests)
	for _, id := range ids {
		delete(left, id)
	}
	if len(left) == 0 {
		return nil
	}
	return left
}
