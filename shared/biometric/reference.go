package biometric

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// reference is an opened template object, for probes to be compared with.
type reference struct {
	Templates
	content *content
	stale   bool // sealed with a key that is going out of use
	lapsed  bool // the object has a supplement of another template
}

// open opens the object that a pointer names. The errors are fault.ModelObsolete,
// fault.ModelDamaged and, for want of the key, fault.Unavailable.
func (s *Service) open(ctx context.Context, pointer store.Template, object []byte) (reference, error) {
	key := pointer.Key
	ring, err := s.ring(ctx)
	if err != nil {
		return reference{}, err
	}
	because := func(code fault.Code, err error) (reference, error) {
		return reference{}, fault.New(code).Because(fmt.Errorf("open model %s: %w", key, err))
	}
	b, seed, stale, err := ring.Open(key, object)
	if errors.Is(err, protect.ErrKey) {
		return because(fault.Unavailable, err)
	}
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	content, err := parseContent(b)
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	ref := reference{content: content, stale: stale}
	base, err := s.engine.Open(content.template, seed)
	beside := ref.openSupplement(s, ring, pointer, base)
	ref.Base = base
	if errors.Is(err, ErrObsolete) && ref.handedOver() {
		ref.Templates, err = Templates{Base: ref.Newer.Template, Added: ref.Newer.Added}, nil
	}
	if errors.Is(err, ErrObsolete) {
		return because(fault.ModelObsolete, err)
	}
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	if ref.Added == nil {
		ref.Added = addedBy(beside.added, ref.Base.Days(), lastDay(pointer))
	}
	return ref, nil
}

// openSupplement opens the content's supplement. It leaves the supplement in the
// content only if the newer template can't be opened now but may be later.
func (r *reference) openSupplement(s *Service, ring protect.Ring, pointer store.Template, base Template) openedSupplement {
	beside := s.openSupplement(ring, r.content.supplement, pointer, base)
	r.lapsed = r.content.supplement != nil && beside.added == nil
	r.Newer, r.stale = beside.newer, r.stale || beside.stale && !beside.kept
	if !beside.kept {
		r.content.supplement = nil
	}
	return beside
}

// addedBy returns when each day was added: as the supplement tells, or, for the
// last day, as the pointer tells.
func addedBy(told []time.Time, days int, lastDay time.Time) []time.Time {
	if len(told) == days {
		return told
	}
	added := make([]time.Time, days)
	added[days-1] = lastDay
	return added
}

// seal returns the sealed object of the templates and digests. lastDay is when
// the last day of enrolment was added.
func (s *Service) seal(ctx context.Context, key string, t Templates, lastDay time.Time, c content) ([]byte, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return nil, err
	}
	sealed, err := ring.Seal(key, s.rand, func(seed [32]byte) (_ []byte, err error) {
		if c.template, err = t.Base.Marshal(seed); err != nil {
			return nil, err
		}
		if c.supplement == nil || t.Newer != nil { // otherwise it can't be opened now, and stays as it is
			c.supplement, err = supplementOf(ring, s.rand, t, lastDay)
		}
		return c.marshal(), err
	})
	if err != nil {
		return nil, fmt.Errorf("seal template: %w", err)
	}
	return sealed, nil
}

// storeTemplate writes the templates' object and, if uploads are kept, the files
// of the enrolment, concurrently, and returns the pointer to the object. Before
// that it notes these objects, and the one that they replace, for clean-up.
// lastDay is when the last day of enrolment was added.
func (s *Service) storeTemplate(ctx context.Context, m store.Member, t Templates, lastDay time.Time, c content, files [][]byte) (store.Template, error) {
	made, pk := following(m.Removed, s.now()), m.PK
	version, err := newVersion(made, s.rand)
	if err != nil {
		return store.Template{}, err
	}
	model := store.Template{
		Version:   version,
		Key:       store.TemplateKey(pk, version),
		Made:      made,
		Used:      made,
		Algorithm: t.Base.Algorithm(),
		Quality:   t.Deciding().Quality(),
		Days:      t.Deciding().Days(),
		LastDay:   lastDay,
	}
	sealed, err := s.seal(ctx, model.Key, t, lastDay, c)
	if err != nil {
		return store.Template{}, err
	}
	leftovers := []string{model.Key}
	if old := m.ObjectKey(); old != "" {
		leftovers = append(leftovers, old)
	}
	keepsFiles := s.settings.KeepUploads && len(files) > 0
	if keepsFiles {
		leftovers = append(leftovers, store.EnrolledPrefix(pk, version))
	}
	if err := s.members.NoteLeftover(ctx, s.now().Add(s.settings.OrphansAfter), leftovers...); err != nil {
		return store.Template{}, fmt.Errorf("note leftovers: %w", err)
	}
	puts := []func() error{func() error { return s.objects.Put(ctx, model.Key, sealed) }}
	if keepsFiles {
		for i, file := range files {
			puts = append(puts, func() error { return s.objects.Put(ctx, store.EnrolledKey(pk, version, i), file) })
		}
	}
	if err := parallel.Do(puts...); err != nil {
		return store.Template{}, fmt.Errorf("store model: %w", err)
	}
	return model, nil
}

// maxConflicts bounds the repeated reads of a pointer that other requests moved
// in between: more requests than one member's devices send at once.
const maxConflicts = 5

// Lengths of a version in bytes: milliseconds since 1970, and random ones.
const (
	versionTime   = 6
	versionRandom = 10
)

// following returns the time, or a millisecond after the removal of a template if
// the time isn't later: versions made after a removal sort after it even when
// clocks differ.
func following(removed, at time.Time) time.Time {
	if next := removed.Add(time.Millisecond); !removed.IsZero() && at.Before(next) {
		return next
	}
	return at
}

// versionsFrom sorts before every version of this time, and after the earlier ones.
func versionsFrom(at time.Time) string { return fmt.Sprintf("%012x", at.UnixMilli()) }

// versionsThrough sorts after every version up to this time, and before the later
// ones.
func versionsThrough(at time.Time) string { return fmt.Sprintf("%012xg", at.UnixMilli()) }

// newVersion returns a unique id that sorts by time.
func newVersion(at time.Time, random io.Reader) (string, error) {
	var b [versionTime + versionRandom]byte
	ms := at.UnixMilli()
	for i := range versionTime {
		b[i] = byte(ms >> (8 * (versionTime - 1 - i)))
	}
	if _, err := io.ReadFull(random, b[versionTime:]); err != nil {
		return "", fmt.Errorf("draw version: %w", err)
	}
	return hex.EncodeToString(b[:]), nil
}
