package biometric

import (
	"context"
	"errors"
	"maps"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// change is an object to be written in place of the current one.
type change struct {
	templates Templates
	content   content
	archived  []string // ids of the digests that the content now holds
}

// changed returns the object to store after an accepted probe: the templates
// migrated by the probe, or unchanged if their key is going out of
// use or many digests are to be archived; nil if no write is needed.
func (s *Service) changed(m store.Member, ref reference, p *probe) *change {
	next, migrated := HandOver.Migrate(s.engine, ref.Templates, p.reading, s.settings.FMR, s.now())
	if !migrated && !ref.stale && !full(withoutOwn(m.Digests, p)) {
		return nil
	}
	c := &change{templates: next, content: *ref.content, archived: archivable(m, p.own()...)}
	c.content.remember(beside(p.ring, m, c.archived)...)
	return c
}

// withoutOwn returns the digests except the probe's own, which stays beside the
// member for as long as the check may be sent again.
func withoutOwn(digests map[string][]byte, p *probe) map[string][]byte {
	left := maps.Clone(digests)
	for _, id := range p.own() {
		delete(left, id)
	}
	return left
}

// full reports whether the digests beside a member are to be archived.
func full(digests map[string][]byte) bool {
	return len(digests) >= archiveFrom || size(digests) >= archiveBytes
}

// size is the length of all digests together, in bytes.
func size(digests map[string][]byte) (bytes int) {
	for _, d := range digests {
		bytes += len(d)
	}
	return bytes
}

// replace stores a changed template and moves the member's pointer to it, as an
// enrolment does. If another enrolment, check or removal came first, the new
// object is erased.
func (s *Service) replace(ctx context.Context, session store.Session, m store.Member, c change) error {
	model, err := s.storeTemplate(ctx, m, c.templates, lastDay(*m.Template), c.content, nil)
	if err != nil {
		return err
	}
	if err := s.members.SetTemplate(ctx, m, model, c.archived); err != nil {
		if errors.Is(err, store.ErrConflict) {
			s.abandon(ctx, m.PK, model)
		}
		return err
	}
	_ = s.tokens.Touch(ctx, session, model.Key) // without it the session's next check costs a read more
	return nil
}

// lastDay is when the template's last day of enrolment was added.
func lastDay(t store.Template) time.Time {
	if t.LastDay.IsZero() { // written before days were counted
		return t.Made
	}
	return t.LastDay
}

// makeRoom archives the digests beside the member if there are too many for
// another one to be stored. It returns the updated member and fault.Unavailable
// then: the next check finds room.
func (s *Service) makeRoom(ctx context.Context, m store.Member, ref reference, p *probe) (store.Member, error) {
	if p == nil || size(withoutOwn(m.Digests, p)) < besideBytes {
		return m, nil
	}
	c, archived := *ref.content, archivable(m, p.own()...)
	c.remember(beside(p.ring, m, archived)...)
	pointer, err := s.storeTemplate(ctx, m, ref.Templates, lastDay(*m.Template), c, nil)
	if err == nil {
		// The template stays as old as it is: a check that isn't decided proves
		// nothing (member.MayRemoveTemplate).
		pointer.Made, pointer.Used = m.Template.Made, m.Template.Used
		pointer.Failures, pointer.FailedAt = m.Template.Failures, m.Template.FailedAt
		err = s.members.SetTemplate(ctx, m, pointer, archived)
	}
	if err == nil {
		m.Template = &pointer // whose count the check is taken back from
	}
	return m, fault.New(fault.Unavailable).Because(err)
}
