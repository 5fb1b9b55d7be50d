package operator

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/store"
)

// rewriting writes what is a member's anew, and reports whether it had to. The error is
// store.ErrConflict or store.ErrNotFound where a request came first.
type rewriting func(context.Context, store.Member) (did bool, err error)

// rewriteAll does it for every member, and prints how many had to be "sealed with the
// current key", and who failed.
func (c *call) rewriteAll(ctx context.Context, what string, f rewriting) error {
	if err := c.parse(0); err != nil {
		return err
	}
	done, failed := 0, 0
	err := c.each(ctx, func(m store.Member) error {
		did, err := c.rewrite(ctx, m, f)
		switch {
		case errors.Is(err, store.ErrUnavailable):
			return err
		case err != nil:
			failed++
			fmt.Fprintf(c.out, "member %s: %s\n", m.Username, reason(err))
		case did:
			done++
		}
		return nil
	})
	fmt.Fprintf(c.out, "%d %s\n", done, what)
	if err == nil && failed > 0 {
		err = fmt.Errorf("%d are not %s: run it again, or see check", failed, what)
	}
	return err
}

// rewrite does it for one member. Where a request comes in between, the row is read
// again, once.
func (c *call) rewrite(ctx context.Context, m store.Member, f rewriting) (bool, error) {
	did, err := f(ctx, m)
	if !errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrNotFound) {
		return did, err
	}
	m, err = c.Members.Member(ctx, m.Username)
	if errors.Is(err, store.ErrNotFound) { // deleted meanwhile
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return f(ctx, m)
}

// migrateAll makes models by the newest algorithm of the recordings of enrolments that
// are kept.
func migrateAll(ctx context.Context, c call) error {
	checks := c.Checks()
	return c.rewriteAll(ctx, "given a model by the newest algorithm beside the older one", func(ctx context.Context, m store.Member) (bool, error) {
		return checks.MigrateKept(ctx, c.Objects, m)
	})
}
