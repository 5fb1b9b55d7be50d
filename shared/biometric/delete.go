package biometric

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// DeletionMembers is the part of the store of members that a Deletion uses.
type DeletionMembers interface {
	store.MemberReader
	store.TemplateRemover
	store.EventWriter
	store.LeftoverWriter
}

// Deletion deletes templates, and the recordings that they were made of.
type Deletion struct {
	members  DeletionMembers
	tokens   Owners
	registry registry
	now      func() time.Time
}

// NewDeletion returns a Deletion. [Deletion.Forget] needs no keys. random must be
// safe for concurrent use.
func NewDeletion(members DeletionMembers, tokens Owners, objects Objects, keys Keys, now func() time.Time, random io.Reader) *Deletion {
	return &Deletion{members, tokens, registry{objects, keys, random}, now}
}

// DeleteTemplate deletes the template of the token's member, and the recordings
// and uploads it was made of. The errors are fault.NoModel, and fault.LogInAgain
// for a session that proves no more than the possession of its token.
func (d *Deletion) DeleteTemplate(ctx context.Context, token string) error {
	session, m, err := d.tokens.Resolve(ctx, d.members, token)
	if err != nil {
		return err
	}
	if m.Template == nil {
		if err := d.Finish(ctx, m); err != nil {
			return err
		}
		return fault.New(fault.NoModel)
	}
	if err := member.MayChangeTemplate(session, m, d.now()); err != nil {
		return err
	}
	return d.DeleteOf(ctx, m)
}

// DeleteOf deletes the template of a member, if there is one, and with it every
// earlier version, recording, upload and enrolment under way. The digests of the
// recordings stay, so that none of them is accepted again.
func (d *Deletion) DeleteOf(ctx context.Context, m store.Member) error {
	m, at, err := d.unlink(ctx, m, d.remembered)
	if err != nil {
		return err
	}
	err = parallel.Do(
		func() error { return d.eraseThrough(ctx, m.PK, at) },
		func() error { return d.eraseUploads(ctx, m) },
		func() error {
			return d.members.Note(ctx, m.Username, member.NewEvent(member.ModelDeleted, d.now()))
		},
	)
	if err != nil {
		return fmt.Errorf("delete model: %w", err)
	}
	return nil
}

// Finish completes the last removal of a template if it failed midway. The client
// is told that there is no template, and might not repeat the request.
func (d *Deletion) Finish(ctx context.Context, m store.Member) error {
	if m.Removed.IsZero() {
		return nil
	}
	if err := d.eraseThrough(ctx, m.PK, m.Removed); err != nil {
		return fmt.Errorf("finish deletion: %w", err)
	}
	return nil
}

// eraseThrough erases all versions up to the time of a removal. An enrolment that
// began before the removal no longer moves the pointer, and one that begins after
// it makes a later version.
func (d *Deletion) eraseThrough(ctx context.Context, pk int64, removed time.Time) error {
	last := versionsThrough(removed)
	return parallel.Do(
		func() error { return d.registry.objects.EraseThrough(ctx, store.TemplatesOf(pk), last) },
		func() error { return d.registry.objects.EraseThrough(ctx, store.RecordingsOf(pk), last) },
	)
}

// eraseUploads erases the files that the member uploaded before the removal, and
// closes the addresses that were handed out for others.
//
// S3 can't revoke a presigned address, but the address takes a file only while
// its key holds no object. An empty object at the key therefore closes it;
// clean-up erases that object after the address has expired. A file that is being
// sent meanwhile is either refused or erased.
func (d *Deletion) eraseUploads(ctx context.Context, m store.Member) error {
	if err := d.registry.objects.Erase(ctx, store.IncomingOf(m.PK)); err != nil {
		return err
	}
	var closings []func() error
	for _, u := range m.Uploads {
		key, ok := store.UploadKey(m.PK, u.ID)
		if handedOut := u.Expires.Add(-pendingLifetime); ok && d.now().Before(handedOut.Add(addressClosed)) {
			closings = append(closings, func() error { return d.closeAddress(ctx, key) })
		}
	}
	return parallel.Do(closings...)
}

func (d *Deletion) closeAddress(ctx context.Context, key string) error {
	if err := d.members.NoteLeftover(ctx, d.now().Add(lookAtUpload), key); err != nil {
		return err
	}
	for range maxConflicts {
		err := d.registry.objects.Put(ctx, key, nil)
		if !errors.Is(err, store.ErrExists) {
			return err
		}
		if err := d.registry.objects.EraseThrough(ctx, key, ""); err != nil {
			return err
		}
	}
	return fault.New(fault.Unavailable).Because(errors.New("an upload comes again and again"))
}

// Forget deletes all objects of a member whose account ends.
func (d *Deletion) Forget(ctx context.Context, m store.Member) error {
	nothing := func(context.Context, store.Member, string) (string, []string, error) { return "", nil, nil }
	m, _, err := d.unlink(ctx, m, nothing)
	if err != nil {
		return err
	}
	erasures := []func() error{func() error { return d.eraseUploads(ctx, m) }}
	for _, folder := range []string{store.TemplatesOf(m.PK), store.RecordingsOf(m.PK), store.MemoriesOf(m.PK)} {
		erasures = append(erasures, func() error { return d.registry.objects.Erase(ctx, folder) })
	}
	if err := parallel.Do(erasures...); err != nil {
		return fmt.Errorf("erase objects: %w", err)
	}
	return nil
}

// remembered writes the object that keeps the digests of the member's recordings
// after the removal. It returns the object's key, "" if there was nothing to
// write, and the ids of the digests in it.
func (d *Deletion) remembered(ctx context.Context, m store.Member, key string) (string, []string, error) {
	if m.Template == nil {
		return m.MemoryKey, nil, nil
	}
	c, archived, err := d.registry.of(ctx, m)
	if err != nil {
		return "", nil, err
	}
	key, err = d.registry.write(ctx, key, c)
	return key, archived, err
}

// rememberer may write an object with a member's digests at the key. It returns the
// object's key, "" for none, and the ids of the digests in it.
type rememberer func(ctx context.Context, m store.Member, key string) (object string, archived []string, err error)

// unlink removes the member's pointer to a template, and returns the member as it
// was before and the time of the removal. Before remember writes an object, unlink
// notes for clean-up its key and the key of the object that loses its pointer.
func (d *Deletion) unlink(ctx context.Context, m store.Member, remember rememberer) (before store.Member, at time.Time, err error) {
	for range maxConflicts {
		at = following(m.Removed, d.now())
		memory, err := d.noteRemoval(ctx, m, at)
		if err != nil {
			return m, at, err
		}
		key, archived, err := remember(ctx, m, memory)
		if err != nil {
			return m, at, err
		}
		err = d.members.ClearTemplate(ctx, m, at, key, archived)
		if err == nil {
			return m, at, nil
		}
		if !errors.Is(err, store.ErrConflict) {
			return m, at, fmt.Errorf("clear model: %w", err)
		}
		if key != m.MemoryKey {
			d.registry.erase(ctx, key)
		}
		pk := m.PK
		m, err = d.members.Member(ctx, m.Username)
		if errors.Is(err, store.ErrNotFound) || err == nil && m.PK != pk { // deleted meanwhile
			return m, at, fault.New(fault.Conflict)
		}
		if err != nil {
			return m, at, fmt.Errorf("read member: %w", err)
		}
	}
	return m, at, fault.New(fault.Conflict)
}

// noteRemoval notes for clean-up the objects that a removal leaves if it fails
// midway, and returns the key of the object that the removal may write.
func (d *Deletion) noteRemoval(ctx context.Context, m store.Member, at time.Time) (memory string, err error) {
	version, err := newVersion(at, d.registry.rand)
	if err != nil {
		return "", err
	}
	memory = store.MemoryKey(m.PK, version)
	leftovers := []string{memory}
	if old := m.ObjectKey(); old != "" {
		leftovers = append(leftovers, old)
	}
	if err := d.members.NoteLeftover(ctx, d.now().Add(lookAtRemoval), leftovers...); err != nil {
		return "", fmt.Errorf("note leftovers: %w", err)
	}
	return memory, nil
}
