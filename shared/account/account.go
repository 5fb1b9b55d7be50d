// Package account serves the rights of a person under the GDPR: a copy of all data
// about them, the withdrawal of their consent, and the deletion of their account.
package account

import (
	"context"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// Members is the part of the store of members that this package needs.
type Members interface {
	store.MemberStore
	store.ActivityLog
}

// Templates is the part of package biometric that this package needs.
type Templates interface {
	// DeleteOf deletes the member's template, if there is one, and all that was
	// stored to make it.
	DeleteOf(ctx context.Context, m store.Member) error
	// Finish erases the objects that an earlier removal of the template left.
	Finish(ctx context.Context, m store.Member) error
	// Forget deletes all objects of a member whose account ends.
	Forget(ctx context.Context, m store.Member) error
}

// Objects is the part of the store of objects that this package needs.
type Objects interface {
	store.ObjectLister
	store.ObjectReader
	store.ObjectEraser
}

// Service exports data and withdraws consent.
type Service struct {
	members   Members
	sessions  store.SessionStore
	tokens    *member.Tokens
	objects   Objects
	templates Templates
	now       func() time.Time
}

// NewService returns a Service.
func NewService(members Members, sessions store.SessionStore, tokens *member.Tokens, objects Objects, templates Templates, now func() time.Time) *Service {
	return &Service{members: members, sessions: sessions, tokens: tokens, objects: objects, templates: templates, now: now}
}

// WithdrawConsent records that the token's member withdraws consent, and deletes
// the template and the recordings. The errors are fault.NoConsent, and
// fault.LogInAgain as for every removal of a template.
func (s *Service) WithdrawConsent(ctx context.Context, token string) error {
	session, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	if m.Consent == nil || !m.Consent.Withdrawn.IsZero() && m.Template == nil {
		if err := s.templates.Finish(ctx, m); err != nil {
			return err
		}
		return fault.New(fault.NoConsent)
	}
	now := s.now()
	if err := member.MayChangeTemplate(session, m, now); err != nil {
		return err
	}
	withdrawn := *m.Consent // perhaps again: an earlier withdrawal may have failed after this
	withdrawn.Withdrawn = now
	if err := s.members.SetConsent(ctx, m.Username, m.PK, withdrawn); err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, member.NewEvent(member.ConsentWithdrawn, now)); err != nil {
		return fmt.Errorf("note withdrawal: %w", err)
	}
	return s.templates.DeleteOf(ctx, m)
}
