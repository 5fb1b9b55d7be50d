package member

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"systole/shared/store"
)

// saltBytes is the length of a member's SubjectSalt: that of the digest, as a
// longer one would add no strength.
const saltBytes = sha256.Size

// SubjectStore is the part of the store of members that Subjects need.
type SubjectStore interface {
	store.MemberReader
	store.SubjectWriter
}

// Subjects names members to third parties: to each by a different name, so that
// two of them can't tell that they know the same person (OpenID Connect Core 1.0,
// 8.1).
type Subjects struct {
	members SubjectStore
	rand    io.Reader
}

// NewSubjects returns Subjects that draw salts from rand, which must be safe for
// concurrent use.
func NewSubjects(members SubjectStore, rand io.Reader) *Subjects {
	return &Subjects{members: members, rand: rand}
}

// Of returns the member's subject for a sector: 43 characters of base64url, the
// same each time. A member's first subject costs a write.
func (s *Subjects) Of(ctx context.Context, m store.Member, sector string) (string, error) {
	salt := m.SubjectSalt
	if len(salt) == 0 {
		var err error
		if salt, err = s.draw(ctx, m); err != nil {
			return "", err
		}
	}
	mac := hmac.New(sha256.New, salt)
	mac.Write([]byte("subject for " + sector))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)), nil
}

// draw gives the member a salt, or returns the one that a concurrent request has
// given.
func (s *Subjects) draw(ctx context.Context, m store.Member) ([]byte, error) {
	salt := make([]byte, saltBytes)
	if _, err := io.ReadFull(s.rand, salt); err != nil {
		return nil, fmt.Errorf("draw salt: %w", err)
	}
	err := s.members.SetSubjectSalt(ctx, m.Username, m.PK, salt)
	if err == nil {
		return salt, nil
	}
	if !errors.Is(err, store.ErrConflict) {
		return nil, fmt.Errorf("set subject salt: %w", err)
	}
	now, err := s.members.Member(ctx, m.Username)
	if err != nil {
		return nil, fmt.Errorf("read member: %w", err)
	}
	if now.PK != m.PK || len(now.SubjectSalt) == 0 {
		return nil, fmt.Errorf("set subject salt: %w", store.ErrConflict) // the account is gone
	}
	return now.SubjectSalt, nil
}
