// Package account is what a person may ask for: to have all that is known of
// them, to have their heart forgotten, and to be forgotten altogether.
package account

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// Members is what this package asks of the store of members.
type Members interface {
	store.MemberStore
	store.ActivityLog
	store.TemplateRemover
}

// Objects is what this package asks of the store of objects.
type Objects interface {
	store.ObjectLister
	store.ObjectReader
	store.ObjectEraser
}

// Service does what a person asks for.
type Service struct {
	members  Members
	sessions store.SessionStore
	tokens   *member.Tokens
	objects  Objects
	now      func() time.Time
}

// NewService returns a Service.
func NewService(members Members, sessions store.SessionStore, tokens *member.Tokens, objects Objects, now func() time.Time) *Service {
	return &Service{members: members, sessions: sessions, tokens: tokens, objects: objects, now: now}
}

// DeleteModel deletes the model of the token's member, and the recordings that
// it was made of; fault.NoModel when there is none.
func (s *Service) DeleteModel(ctx context.Context, token string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	if m.Template == nil {
		return fault.New(fault.NoModel)
	}
	return s.deleteModel(ctx, m)
}

// WithdrawConsent puts on record that the token's member withdraws consent, and
// deletes the model and the recordings; fault.NoConsent when there is none.
func (s *Service) WithdrawConsent(ctx context.Context, token string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	if m.Consent == nil || !m.Consent.Withdrawn.IsZero() && m.Template == nil {
		return fault.New(fault.NoConsent)
	}
	now := s.now()
	withdrawn := *m.Consent // perhaps for the second time: the first may have got no further than this
	withdrawn.Withdrawn = now
	if err := s.members.SetConsent(ctx, m.Username, withdrawn); err != nil {
		return fmt.Errorf("withdraw consent: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, member.NewEvent(member.ConsentWithdrawn, now)); err != nil {
		return fmt.Errorf("note withdrawal: %w", err)
	}
	if m.Template == nil {
		return nil
	}
	return s.deleteModel(ctx, m)
}

func (s *Service) deleteModel(ctx context.Context, m store.Member) error {
	gone, err := s.forget(ctx, m)
	if err != nil || gone == nil { // somebody else was faster
		return err
	}
	// Only what was pointed to: an enrolment under way has written its object
	// before it moves the pointer.
	err = parallel.Do(
		func() error { return s.objects.Erase(ctx, gone.Key) },
		func() error { return s.objects.Erase(ctx, store.EnrolledPrefix(m.PK, gone.Version)) },
		func() error {
			return s.members.Note(ctx, m.Username, member.NewEvent(member.ModelDeleted, s.now()))
		},
	)
	if err != nil {
		return fmt.Errorf("delete model: %w", err)
	}
	return nil
}

// tries bounds how often a pointer is read again that others move meanwhile.
const tries = 5

// forget clears the member's pointer and returns what it named, nil for nothing.
func (s *Service) forget(ctx context.Context, m store.Member) (*store.Template, error) {
	for range tries {
		if m.Template == nil {
			return nil, nil
		}
		err := s.members.ClearTemplate(ctx, m.Username, m.Template.Version, m.DigestIDs())
		if err == nil {
			return m.Template, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return nil, fmt.Errorf("clear model: %w", err)
		}
		if m, err = s.members.Member(ctx, m.Username); err != nil {
			return nil, fmt.Errorf("read member: %w", err)
		}
	}
	return nil, fault.New(fault.Conflict)
}
