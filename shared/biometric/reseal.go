package biometric

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/biometric/protect"
	"systole/shared/store"
)

// Reseal seals the object that the member's row points to anew, with the current
// key, and moves the digests of the row into it. It does nothing if all is sealed
// with the current key and no supplement was left behind by a version without
// supplements. It reports whether anything was sealed. The template, its dates
// and its failure count stay as they are. The digests keep the keys that they
// were made under: see [Service.Uses].
//
// The errors are those of opening a template, and store.ErrConflict if a check,
// an enrolment or a removal came first.
func (s *Service) Reseal(ctx context.Context, d *Deletion, m store.Member) (bool, error) {
	key := m.ObjectKey()
	if key == "" {
		return false, nil
	}
	object, err := s.objects.Get(ctx, key)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", key, err)
	}
	ring, err := s.ring(ctx)
	if err != nil {
		return false, err
	}
	ids := ring.IDs()
	if len(ids) == 0 {
		return false, nil
	}
	current := sealedWith(ids[0], object, m)
	if m.Template == nil {
		if current && !remembersTemplate(ring, key, object) {
			return false, nil
		}
		return true, s.resealMemory(ctx, d, m)
	}
	ref, err := s.open(ctx, *m.Template, object)
	if current && (err != nil || !ref.stale && !ref.lapsed) { // the error is for Examine to report
		return false, nil
	}
	if err != nil {
		return false, err
	}
	c, archived := *ref.content, archivable(m, s.repeatable(m)...)
	c.remember(beside(ring, m, archived)...)
	if err := s.rewrite(ctx, m, ref.Templates, c, archived); err != nil {
		return false, err
	}
	return true, nil
}

// rewrite stores templates in place of the member's, whose dates and failure count
// stay as they are. The errors are store.ErrConflict where a check, an enrolment or a
// removal came first, and failures of the stores.
func (s *Service) rewrite(ctx context.Context, m store.Member, t Templates, c content, archived []string) error {
	pointer, err := s.storeTemplate(ctx, m, t, lastDay(*m.Template), c, nil)
	if err != nil {
		return err
	}
	now := *m.Template
	now.Version, now.Key = pointer.Version, pointer.Key
	if err := s.members.SetTemplate(ctx, m, now, archived); err != nil {
		if errors.Is(err, store.ErrConflict) {
			s.abandon(ctx, m.PK, pointer)
		}
		return fmt.Errorf("set model: %w", err)
	}
	return s.objects.EraseThrough(ctx, m.Template.Key, "")
}

// remembersTemplate reports whether an object without a template has a
// supplement, which a version without supplements left when it removed the
// template.
func remembersTemplate(ring protect.Ring, key string, object []byte) bool {
	c, err := contentOf(ring, key, object)
	return err == nil && c.supplement != nil
}

// resealMemory seals the object with the digests of a member without a template
// anew. It counts as another removal: enrolments under way are refused.
func (s *Service) resealMemory(ctx context.Context, d *Deletion, m store.Member) error {
	old := m.MemoryKey
	_, _, err := d.unlink(ctx, m, func(ctx context.Context, m store.Member, key string) (string, []string, error) {
		if m.MemoryKey != old {
			return "", nil, fmt.Errorf("seal %s: %w", old, store.ErrConflict)
		}
		c, archived, err := d.registry.of(ctx, m)
		if err != nil {
			return "", nil, err
		}
		key, err = d.registry.write(ctx, key, c)
		return key, archived, err
	})
	if err != nil {
		return err
	}
	return s.objects.EraseThrough(ctx, old, "")
}

// repeatable returns the id of the digest that stays beside the member for as
// long as its check may be sent again.
func (s *Service) repeatable(m store.Member) []string {
	if s.now().Sub(m.LastCheck.At) > repeatWithin {
		return nil
	}
	return []string{m.LastCheck.ID}
}

// sealedWith reports whether object and row are sealed with one key alone.
func sealedWith(id protect.KeyID, object []byte, m store.Member) bool {
	if of, _ := protect.KeyOf(object); of != id {
		return false
	}
	for _, digest := range m.Digests {
		if of, _ := protect.KeyOf(digest); of != id {
			return false
		}
	}
	return true
}

// Examine opens the object that the member's row points to. The errors are
// store.ErrNotFound for a missing object, and those of opening a template.
func (s *Service) Examine(ctx context.Context, m store.Member) error {
	key := m.ObjectKey()
	if key == "" {
		return nil
	}
	object, err := s.objects.Get(ctx, key)
	if err != nil {
		return fmt.Errorf("read %s: %w", key, err)
	}
	if m.Template != nil {
		_, err := s.open(ctx, *m.Template, object)
		return err
	}
	ring, err := s.ring(ctx)
	if err != nil {
		return err
	}
	_, err = contentOf(ring, key, object)
	return err
}

// Use counts the data that needs a key.
type Use struct {
	Sealed  int // objects, and digests in rows, that are sealed with it
	Digests int // digests of used recordings that were made under it
}

// Uses adds the member's data to the counts of what needs each key. A digest
// can't be made anew without its recording: without the digest's key, the
// recording would be accepted again.
func (s *Service) Uses(ctx context.Context, m store.Member, uses map[protect.KeyID]Use) error {
	ring, err := s.ring(ctx)
	if err != nil {
		return err
	}
	add := func(id protect.KeyID, sealed, digests int) {
		u := uses[id]
		uses[id] = Use{u.Sealed + sealed, u.Digests + digests}
	}
	digests := beside(ring, m, m.DigestIDs())
	for _, sealed := range m.Digests {
		if id, ok := protect.KeyOf(sealed); ok {
			add(id, 1, 0)
		}
	}
	if key := m.ObjectKey(); key != "" {
		object, err := s.objects.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("read %s: %w", key, err)
		}
		if id, ok := protect.KeyOf(object); ok {
			add(id, 1, 0)
		}
		c, err := contentOf(ring, key, object)
		if err != nil {
			return err
		}
		for _, digest := range c.digests() {
			digests = append(digests, openDigest(ring, m.PK, digest))
		}
		if c.supplement != nil {
			add(protect.KeyID(c.supplement), 1, 0)
		}
	}
	for _, digest := range digests {
		if len(digest) >= len(protect.KeyID{}) {
			add(protect.KeyID(digest), 0, 1)
		}
	}
	return nil
}
