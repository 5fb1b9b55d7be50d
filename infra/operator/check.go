package operator

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"systole/shared/store"
)

// examination compares rows, pointers and objects with each other, while requests
// go on. It examines each finding a second time at the end, and reports only
// those that persist.
type examination struct {
	call
	findings []finding
	counts   struct{ members, objects, sessions int }
}

// finding is an inconsistency.
type finding struct {
	what string // the row or object
	// look returns the present inconsistency, "" if there is none.
	look func(context.Context) (string, error)
}

func check(ctx context.Context, c call) error {
	if err := c.parse(0); err != nil {
		return err
	}
	e := &examination{call: c}
	for _, walk := range []func(context.Context) error{e.members, e.objects, e.sessions} {
		if err := walk(ctx); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "%d members, %d objects and %d sessions looked at\n", e.counts.members, e.counts.objects, e.counts.sessions)
	return e.report(ctx)
}

// report examines the findings again and prints those that persist.
func (e *examination) report(ctx context.Context) error {
	left := 0
	for _, f := range e.findings {
		wrong, err := f.look(ctx)
		if err != nil {
			return err
		}
		if wrong != "" {
			left++
			fmt.Fprintf(e.out, "%s: %s\n", f.what, wrong)
		}
	}
	if left > 0 {
		return fmt.Errorf("%d of them don't agree with the rest: infra/operate/README.md says what to do", left)
	}
	fmt.Fprintln(e.out, "all of them agree")
	return nil
}

// examine examines a row or object for the first time.
func (e *examination) examine(ctx context.Context, what string, look func(context.Context) (string, error)) error {
	wrong, err := look(ctx)
	if err == nil && wrong != "" {
		e.findings = append(e.findings, finding{what, look})
	}
	return err
}

func (e *examination) members(ctx context.Context) error {
	checks := e.Checks()
	return e.each(ctx, func(m store.Member) error {
		e.counts.members++
		return e.examine(ctx, "member "+m.Username, func(ctx context.Context) (string, error) {
			m, err := e.Members.Member(ctx, m.Username)
			if errors.Is(err, store.ErrNotFound) {
				return "", nil // deleted meanwhile
			}
			if err != nil {
				return "", err
			}
			by, err := e.Members.MemberByPK(ctx, m.PK)
			if err != nil && !errors.Is(err, store.ErrNotFound) {
				return "", err
			}
			if by.Username != m.Username {
				return fmt.Sprintf("pk %d leads to %q", m.PK, by.Username), nil
			}
			if pk, ok := store.Owner(m.ObjectKey()); m.ObjectKey() != "" && (!ok || pk != m.PK) {
				return "the pointer leads to another member's object " + m.ObjectKey(), nil
			}
			err = checks.Examine(ctx, m)
			if errors.Is(err, store.ErrUnavailable) {
				return "", err
			}
			if err != nil {
				return m.ObjectKey() + ": " + reason(err), nil
			}
			return "", nil
		})
	})
}

// objects examines every object. One that a member's row should point to may lack
// a pointer until clean-up has looked at it: for OrphansAfter, and a day.
func (e *examination) objects(ctx context.Context) error {
	now := e.Now()
	for after := ""; ; {
		page, next, err := e.Objects.List(ctx, "", after, objectsAtOnce)
		if err != nil {
			return err
		}
		for _, o := range page {
			e.counts.objects++
			if now.Sub(o.Modified) < e.Config.OrphansAfter+cleanUpLag {
				continue
			}
			err := e.examine(ctx, o.Key, func(ctx context.Context) (string, error) { return e.unowned(ctx, o.Key) })
			if err != nil {
				return err
			}
		}
		if after = next; after == "" {
			return nil
		}
	}
}

// cleanUpLag bounds the time until clean-up looks at an object.
const cleanUpLag = 24 * time.Hour

// unowned returns why nothing points to the object, "" if something does.
func (e *examination) unowned(ctx context.Context, key string) (string, error) {
	if key == store.CursorKey || key == restoring {
		return "", nil
	}
	if _, err := e.Objects.Get(ctx, key); errors.Is(err, store.ErrNotFound) {
		return "", nil // removed meanwhile
	}
	pk, ok := store.Owner(key)
	if !ok {
		return "no object of this service", nil
	}
	m, err := e.Members.MemberByPK(ctx, pk)
	if errors.Is(err, store.ErrNotFound) {
		return "its member is gone", nil
	}
	if err != nil {
		return "", err
	}
	if pointed := within(key, store.TemplatePrefix, store.MemoryPrefix); pointed && key != m.ObjectKey() {
		return fmt.Sprintf("the row of %s doesn't point to it", m.Username), nil
	}
	return "", nil
}

func within(key string, prefixes ...string) bool {
	for _, p := range prefixes {
		if len(key) >= len(p) && key[:len(p)] == p {
			return true
		}
	}
	return false
}

// sessions looks for sessions of members who are gone: they are useless to their
// holder, and end by themselves.
func (e *examination) sessions(ctx context.Context) error {
	for cursor := ""; ; {
		page, next, err := e.Sessions.SessionsPage(ctx, cursor, pageSize)
		if err != nil {
			return err
		}
		for _, s := range page {
			e.counts.sessions++
			err := e.examine(ctx, "session "+hex.EncodeToString(s.ID[:8]), func(ctx context.Context) (string, error) { return e.strayed(ctx, s.ID) })
			if err != nil {
				return err
			}
		}
		if cursor = next; cursor == "" {
			return nil
		}
	}
}

// strayed returns why the session has no member, "" if it has one.
func (e *examination) strayed(ctx context.Context, id store.TokenID) (string, error) {
	s, err := e.Sessions.Session(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.Now().After(s.Expires) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	m, err := e.Members.Member(ctx, s.Username)
	if errors.Is(err, store.ErrNotFound) || err == nil && m.PK != s.PK {
		return "its member is gone", nil
	}
	return "", err
}
