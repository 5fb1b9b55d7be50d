package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/provider"
	"systole/shared/store"
)

// copying copies the content of a deployment to another one.
type copying struct {
	from, to Deployment
	rows     struct{ from, to store.Mover }
	again    bool // whether an earlier run may have written some of it
}

func newCopying(from, to Deployment, again bool) (*copying, error) {
	c := &copying{from: from, to: to, again: again}
	var ok, also bool
	c.rows.from, ok = from.Members.(store.Mover)
	c.rows.to, also = to.Members.(store.Mover)
	if !ok || !also {
		return nil, errors.New("these stores can't be copied")
	}
	return c, nil
}

// copyAtOnce bounds the members or objects that are copied concurrently.
const copyAtOnce = 32

// all copies objects, members with their sessions and activity, the counts of
// attempts, and the registered clients. An object is copied before the row that
// points to it.
func (c *copying) all(ctx context.Context) error {
	for _, step := range []func(context.Context) error{c.objects, c.members, c.counts, c.clients, c.survey} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// survey makes clean-up examine all of the copy once, as its notes of objects
// aren't copied.
func (c *copying) survey(ctx context.Context) error {
	return c.to.Objects.Delete(ctx, store.CursorKey)
}

func (c *copying) objects(ctx context.Context) error {
	for after := ""; ; {
		page, next, err := c.from.Objects.List(ctx, "", after, objectsAtOnce)
		if err != nil {
			return err
		}
		err = atOnce(page, func(o store.Object) error { return c.object(ctx, o.Key) })
		if err != nil {
			return err
		}
		if after = next; after == "" {
			return nil
		}
	}
}

// object copies an object of a member; clean-up's own object isn't one.
func (c *copying) object(ctx context.Context, key string) error {
	pk, ok := store.Owner(key)
	if !ok {
		return nil
	}
	if c.again {
		m, err := c.to.Members.MemberByPK(ctx, pk)
		if err == nil && within(key, store.TemplatePrefix, store.MemoryPrefix) && m.ObjectKey() != key { // sealed anew since
			return nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
	}
	content, err := c.from.Objects.Get(ctx, key)
	if errors.Is(err, store.ErrNotFound) { // removed meanwhile
		return nil
	}
	if err != nil {
		return err
	}
	if err := c.to.Objects.Put(ctx, key, content); err != nil {
		return fmt.Errorf("copy %s: %w", key, err)
	}
	return nil
}

func (c *copying) members(ctx context.Context) error {
	people := c.to.People()
	for cursor := ""; ; {
		page, next, err := c.from.Members.MembersPage(ctx, cursor, pageSize)
		if err != nil {
			return err
		}
		err = atOnce(page, func(m store.Member) error { return c.member(ctx, people, m) })
		if err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

func (c *copying) member(ctx context.Context, people *member.Service, m store.Member) error {
	if err := people.KeepPK(ctx, m.PK); err != nil {
		return fmt.Errorf("copy %s: %w", m.Username, err)
	}
	if err := c.to.Members.CreateMember(ctx, m); err != nil {
		return fmt.Errorf("copy %s: %w", m.Username, err)
	}
	sessions, err := c.from.Sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if err := c.rows.to.PutSession(ctx, s); err != nil {
			return err
		}
	}
	for cursor := ""; ; {
		events, next, err := c.from.Members.ActivityOf(ctx, m.Username, cursor, pageSize)
		if err != nil {
			return err
		}
		for _, e := range events {
			e.Within = member.NewEvent(e.Kind, e.At).Within // stores don't keep it
			if err := c.rows.to.PutEntry(ctx, m.Username, e); err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

func (c *copying) counts(ctx context.Context) error {
	for cursor := ""; ; {
		page, next, err := c.rows.from.CountsPage(ctx, cursor, pageSize)
		if err != nil {
			return err
		}
		err = atOnce(page, func(count store.Count) error { return c.rows.to.PutCount(ctx, count) })
		if err != nil {
			return err
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// clients copies the registered clients, replacing the other's.
func (c *copying) clients(ctx context.Context) error {
	text, err := c.from.Grants.Registrations(ctx)
	if err != nil || text == nil {
		return err
	}
	return provider.ChangeRegistrations(ctx, c.to.Grants, func(provider.Registrations) (provider.Registrations, error) {
		return provider.ParseRegistrations(text)
	})
}

// settleTries bounds the examinations of members whose template was replaced, or
// who left, while they were copied.
const settleTries = 5

// settle copies again those members whose object is missing in the copy.
func (c *copying) settle(ctx context.Context) error {
	people := c.to.People()
	for range settleTries {
		missing, err := c.missing(ctx)
		if err != nil || len(missing) == 0 {
			return err
		}
		for _, m := range missing {
			if err := c.to.Accounts().DeleteOf(ctx, m); err != nil {
				return err
			}
			now, err := c.from.Members.Member(ctx, m.Username)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if key := now.ObjectKey(); key != "" {
				if err := c.object(ctx, key); err != nil {
					return err
				}
			}
			if err := c.member(ctx, people, now); err != nil {
				return err
			}
		}
	}
	return fmt.Errorf("%w: templates are replaced faster than they can be copied, or are lost: see check", store.ErrUnavailable)
}

// missing lists the copy's members whose object is missing.
func (c *copying) missing(ctx context.Context) ([]store.Member, error) {
	var missing []store.Member
	to := call{Deployment: c.to}
	err := to.each(ctx, func(m store.Member) error {
		key := m.ObjectKey()
		if key == "" {
			return nil
		}
		_, err := c.to.Objects.Get(ctx, key)
		if errors.Is(err, store.ErrNotFound) {
			missing = append(missing, m)
			return nil
		}
		return err
	})
	return missing, err
}

// atOnce calls do for each item, copyAtOnce at a time.
func atOnce[T any](items []T, do func(T) error) error {
	for chunk := range slices.Chunk(items, copyAtOnce) {
		var calls []func() error
		for _, item := range chunk {
			calls = append(calls, func() error { return do(item) })
		}
		if err := parallel.Do(calls...); err != nil {
			return err
		}
	}
	return nil
}
