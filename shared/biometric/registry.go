package biometric

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// registry holds the digests of the recordings that a member used. They belong to
// the account: they lie in the member's row, in the template's object, and, from
// the removal of a template to the next enrolment, in an object of their own.
type registry struct {
	objects Objects
	keys    Keys
	rand    io.Reader
}

// of returns all digests of the member's recordings, those in the member's row
// included, and the ids of the latter. Lost or damaged digests are left out; a
// temporary failure to read is fault.Unavailable, because recordings without a
// digest would be accepted again.
func (r registry) of(ctx context.Context, m store.Member) (c content, archived []string, err error) {
	if key := m.ObjectKey(); key != "" {
		if c, err = r.read(ctx, key); err != nil {
			return content{}, nil, err
		}
	}
	archived = archivable(m)
	if len(archived) == 0 {
		return c, nil, nil
	}
	ring, err := r.keys.Ring(ctx)
	if err != nil {
		return content{}, nil, fmt.Errorf("read keys: %w", err)
	}
	c.remember(beside(ring, m, archived)...)
	return c, archived, nil
}

// archivable returns the ids of the digests in the member's row except those
// kept, at most as many as one write may name.
func archivable(m store.Member, kept ...string) []string {
	ids := slices.DeleteFunc(m.DigestIDs(), func(id string) bool { return slices.Contains(kept, id) })
	return ids[:min(len(ids), store.MaxArchived)]
}

// read returns the content of an object without its template.
func (r registry) read(ctx context.Context, key string) (content, error) {
	object, err := r.objects.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) { // lost, or the pointer has moved since it was read
		return content{}, nil
	}
	if err != nil {
		return content{}, fmt.Errorf("read what is remembered: %w", err)
	}
	ring, err := r.keys.Ring(ctx)
	if err != nil {
		return content{}, fmt.Errorf("read keys: %w", err)
	}
	c, err := contentOf(ring, key, object)
	if fault.Is(err, fault.ModelDamaged) {
		return content{}, nil
	}
	if err != nil {
		return content{}, err
	}
	return content{enrolled: c.enrolled, checked: c.checked}, nil
}

// contentOf opens an object and parses its content. The errors are
// fault.ModelDamaged and, for want of the key, fault.Unavailable.
func contentOf(ring protect.Ring, key string, object []byte) (*content, error) {
	b, _, _, err := ring.Open(key, object)
	if errors.Is(err, protect.ErrKey) {
		return nil, fault.New(fault.Unavailable).Because(fmt.Errorf("open %s: %w", key, err))
	}
	if err != nil {
		return nil, fault.New(fault.ModelDamaged).Because(fmt.Errorf("open %s: %w", key, err))
	}
	c, err := parseContent(b)
	if err != nil {
		return nil, fault.New(fault.ModelDamaged).Because(fmt.Errorf("open %s: %w", key, err))
	}
	return c, nil
}

// write stores the digests, without a template, under the key. It returns the
// key, "" if there are no digests.
func (r registry) write(ctx context.Context, key string, c content) (string, error) {
	if len(c.enrolled)+len(c.checked) == 0 {
		return "", nil
	}
	ring, err := r.keys.Ring(ctx)
	if err != nil {
		return "", fmt.Errorf("read keys: %w", err)
	}
	sealed, err := ring.Seal(key, r.rand, func([32]byte) ([]byte, error) { return c.marshal(), nil })
	if err != nil {
		return "", fmt.Errorf("seal what is remembered: %w", err)
	}
	if err := r.objects.Put(ctx, key, sealed); err != nil {
		return "", fmt.Errorf("store what is remembered: %w", err)
	}
	return key, nil
}

// erase erases an object that no pointer names; clean-up erases it if this
// fails.
func (r registry) erase(ctx context.Context, key string) {
	if key != "" {
		bestEffort(ctx, func(ctx context.Context) error { return r.objects.EraseThrough(ctx, key, "") })
	}
}
