package biometric

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

// Removal deletes templates, whole or what was added to them since a time.
type Removal struct {
	*Deletion
	service *Service
}

// NewRemoval returns a Removal.
func NewRemoval(d *Deletion, s *Service) Removal { return Removal{d, s} }

// DeleteSince removes from the template of the token's member the days of
// enrolment that were added at the time or later, the probes that entered it
// since, and its adaptation. It returns the number of days left; if none is left,
// the whole template is deleted. Days whose time isn't known count as older than
// those whose time is. The digests of the recordings stay. The errors are those
// of DeleteTemplate, and those of opening a template.
func (r Removal) DeleteSince(ctx context.Context, token string, since time.Time) (days int, err error) {
	session, m, err := r.tokens.Resolve(ctx, r.members, token)
	if err != nil {
		return 0, err
	}
	for range maxConflicts {
		if m.Template == nil {
			if err := r.Finish(ctx, m); err != nil {
				return 0, err
			}
			return 0, fault.New(fault.NoModel)
		}
		if err := member.MayChangeTemplate(session, m, r.now()); err != nil {
			return 0, err
		}
		days, err := r.deleteSince(ctx, session, m, since)
		if !errors.Is(err, store.ErrConflict) {
			return days, err
		}
		if m, err = r.service.owner(ctx, session); err != nil {
			return 0, err
		}
	}
	return 0, fault.New(fault.Conflict)
}

// deleteSince is one attempt. It fails if a check, an enrolment or a removal came
// first.
func (r Removal) deleteSince(ctx context.Context, session store.Session, m store.Member, since time.Time) (days int, err error) {
	s := r.service
	m, object, err := s.reload(ctx, session, m)
	if err != nil {
		return 0, err
	}
	old := *m.Template
	ref, err := s.open(ctx, old, object)
	if err != nil {
		return 0, err
	}
	next, left := ref.before(since)
	if !left {
		return 0, r.DeleteOf(ctx, m)
	}
	last := next.Added[len(next.Added)-1]
	if last.IsZero() { // another day may be added at once
		last = since.Add(-member.DayApart)
	}
	pointer, err := s.storeTemplate(ctx, m, next, last, *ref.content, nil)
	if err != nil {
		return 0, err
	}
	pointer.Used, pointer.Failures, pointer.FailedAt = old.Used, old.Failures, old.FailedAt
	if err := s.members.SetTemplate(ctx, m, pointer, nil); err != nil {
		if errors.Is(err, store.ErrConflict) {
			s.abandon(ctx, m.PK, pointer)
		}
		return 0, fmt.Errorf("set model: %w", err)
	}
	return pointer.Days, parallel.Do(
		func() error { return s.objects.EraseThrough(ctx, old.Key, "") },
		func() error {
			return s.members.Note(ctx, m.Username, member.NewEvent(member.ModelDaysRemoved, s.now()))
		},
	)
}
