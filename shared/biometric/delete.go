package biometric

import (
	"context"
	"fmt"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// DeletionMembers is what a Deletion asks of the store of members.
type DeletionMembers interface {
	store.MemberReader
	store.TemplateRemover
	store.EventWriter
}

// Deletion deletes templates.
type Deletion struct {
	members DeletionMembers
	tokens  Owners
	objects store.ObjectEraser
	now     func() time.Time
}

// NewDeletion returns a Deletion.
func NewDeletion(members DeletionMembers, tokens Owners, objects store.ObjectEraser, now func() time.Time) *Deletion {
	return &Deletion{members, tokens, objects, now}
}

// DeleteTemplate deletes the template of the token's member, and the recordings
// that it was made of; fault.NoModel when there is none.
func (d *Deletion) DeleteTemplate(ctx context.Context, token string) error {
	_, m, err := d.tokens.Resolve(ctx, d.members, token)
	if err != nil {
		return err
	}
	if m.Template == nil {
		return fault.New(fault.NoModel)
	}
	return d.DeleteOf(ctx, m)
}

// DeleteOf deletes the template of a member, and the recordings that it was made
// of, if there is one.
func (d *Deletion) DeleteOf(ctx context.Context, m store.Member) error {
	removed, err := d.Unlink(ctx, m)
	if err != nil || removed == nil {
		return err
	}
	// Only what the pointer named: an enrolment under way has written its object
	// before it moves the pointer.
	err = parallel.Do(
		func() error { return d.objects.Erase(ctx, removed.Key) },
		func() error { return d.objects.Erase(ctx, store.EnrolledPrefix(m.PK, removed.Version)) },
		func() error {
			return d.members.Note(ctx, m.Username, member.NewEvent(member.ModelDeleted, d.now()))
		},
	)
	if err != nil {
		return fmt.Errorf("delete model: %w", err)
	}
	return nil
}

// Unlink removes the member's pointer and returns what it named, nil if there was
// none or another request removed it first. The object stays.
func (d *Deletion) Unlink(ctx context.Context, m store.Member) (removed *store.Template, err error) {
	err = moving(m, func(m store.Member) error {
		removed = m.Template
		if m.Template == nil {
			return nil
		}
		if err := d.members.ClearTemplate(ctx, m.Username, m.Template.Version, m.DigestIDs()); err != nil {
			return fmt.Errorf("clear model: %w", err)
		}
		return nil
	}, func() (store.Member, error) {
		m, err := d.members.Member(ctx, m.Username)
		if err != nil {
			return m, fmt.Errorf("read member: %w", err)
		}
		return m, nil
	})
	if err != nil {
		return nil, err
	}
	return removed, nil
}
