package biometric

import (
	"context"
	"errors"
	"fmt"
	"time"

	"systole/shared/store"
)

// MigrateKept puts a template by the newest algorithm beside an older one, and
// reports whether it did. The template is made of the recordings of the enrolment
// that are still kept (Settings.KeepUploads); later checks join it as they do one
// that checks began, see [Rule]. A newer template that decides or has agreed with a
// check stays as it is. Recordings that the older template rejects are left out,
// such as those whose sampling rate was stated in the request alone.
//
// Only an operator's program calls MigrateKept: no function needs the right to read
// the recordings of all members for it. The errors are those of opening a template,
// and store.ErrConflict if a check, an enrolment or a removal came first.
func (s *Service) MigrateKept(ctx context.Context, objects store.ObjectLister, m store.Member) (bool, error) {
	newest := s.engine.Algorithms().Newest
	if m.Template == nil || m.Template.Algorithm == newest {
		return false, nil
	}
	object, err := s.objects.Get(ctx, m.Template.Key)
	if err != nil {
		return false, fmt.Errorf("read %s: %w", m.Template.Key, err)
	}
	ref, err := s.open(ctx, *m.Template, object)
	if err != nil {
		return false, err
	}
	begun := ref.handedOver() || ref.Newer != nil && ref.Newer.Algorithm() == newest && ref.Newer.Agreed
	closed := ref.content.supplement != nil // can't be opened now
	if begun || closed {
		return false, nil
	}
	made, err := s.ofKept(ctx, objects, m.PK, ref.Templates, newest)
	if made == nil || err != nil {
		return false, err
	}
	ref.Newer = made
	if err := s.rewrite(ctx, m, ref.Templates, *ref.content, nil); err != nil {
		return false, err
	}
	return true, nil
}

// ofKept returns a template made of the kept recordings of the base's days, nil if
// there are none.
func (s *Service) ofKept(ctx context.Context, objects store.ObjectLister, pk int64, t Templates, newest string) (*Newer, error) {
	keys, err := keptKeys(ctx, objects, pk)
	if err != nil {
		return nil, err
	}
	var made *Newer
	for _, at := range t.Added {
		readings, err := s.kept(ctx, ofDay(keys, pk, at), t.Base)
		if err != nil {
			return nil, err
		}
		if len(readings) == 0 {
			continue
		}
		next := &Newer{Added: []time.Time{at}, Begun: at, Agreed: true}
		if made == nil {
			next.Template, err = s.engine.Enrol(newest, EnrolmentNeed, readings)
		} else {
			next.Template, _, err = made.AddDay(EnrolmentNeed, readings) // no more days than the base has
			next.Added = added(made.Added, -1, at)
		}
		if err == nil { // else what is kept isn't enough of a day
			made = next
		}
	}
	return made, nil
}

// keptKeys returns the keys of a member's recordings.
func keptKeys(ctx context.Context, objects store.ObjectLister, pk int64) (keys []string, err error) {
	const page = 1000
	for after := ""; ; {
		listed, next, err := objects.List(ctx, store.RecordingsOf(pk), after, page)
		if err != nil {
			return nil, fmt.Errorf("list recordings: %w", err)
		}
		for _, o := range listed {
			keys = append(keys, o.Key)
		}
		if after = next; after == "" {
			return keys, nil
		}
	}
}

// enrolmentTakes is longer than a request: the objects of a day of enrolment are
// written within it.
const enrolmentTakes = time.Minute

// ofDay returns the keys in the folders of the templates that were stored when a day of
// enrolment was added.
func ofDay(keys []string, pk int64, at time.Time) (own []string) {
	folder := store.RecordingsOf(pk)
	from, through := folder+versionsFrom(at), folder+versionsThrough(at.Add(enrolmentTakes))
	for _, key := range keys {
		if from <= key && key <= through {
			own = append(own, key)
		}
	}
	return own
}

// kept reads the recordings in objects, and returns those that the base accepts.
func (s *Service) kept(ctx context.Context, keys []string, base Template) ([]Reading, error) {
	var files [][]byte
	for _, key := range keys {
		file, err := s.objects.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) { // its time was over
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", key, err)
		}
		files = append(files, file)
	}
	var readings []Reading
	for _, recording := range s.engine.Group(ctx, files) {
		if r, err := recording.Read(Hints{}); err == nil && accepts(base, r, MigrationFMR) {
			readings = append(readings, r)
		}
	}
	return readings, ctx.Err()
}
