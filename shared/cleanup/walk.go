package cleanup

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/store"
)

// pageSize is how many items are listed at once.
const pageSize = 100

// page cleans up among the next limit items after cursor, and returns the cursor
// to go on from. If deletions fail it returns a *deletionError along with the
// cursor.
type page func(ctx context.Context, cursor string, limit int) (next string, err error)

// walk goes over the items of one kind.
type walk struct {
	kind  string
	at    *string // where to go on
	clean page

	failed   int  // deletions
	finished bool // it came to the end
	err      error
}

// do goes on from *at page by page until the end, the limit or ctx's. A failed
// deletion doesn't stop it: a later walk tries again.
func (w *walk) do(ctx context.Context, limit int) {
	for left := limit; left > 0; left -= pageSize {
		next, err := w.clean(ctx, *w.at, min(left, pageSize))
		if ctx.Err() != nil {
			return
		}
		var failed *deletionError
		if err != nil && !errors.As(err, &failed) {
			w.err = err
			if !errors.Is(err, store.ErrUnavailable) {
				*w.at = "" // it may be the cursor that the store doesn't take
			}
			return
		}
		if failed != nil {
			w.failed += failed.count
			w.err = err
		}
		*w.at = next
		if next == "" {
			w.finished = true
			return
		}
	}
}

// deletionError says that some of a page's deletions failed, and how the last
// of them did.
type deletionError struct {
	count int
	last  error
}

func (e *deletionError) Error() string {
	return fmt.Sprintf("%d not deleted: %v", e.count, e.last)
}

func (e *deletionError) Unwrap() error { return e.last }

// deletions counts those of one page.
type deletions struct {
	dryRun bool
	done   *int
	failed deletionError
}

// do deletes one item. store.ErrNotFound and store.ErrConflict mean that another
// caller has deleted it, or uses it again.
func (d *deletions) do(remove func() error) {
	if d.dryRun {
		*d.done++
		return
	}
	err := remove()
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrConflict) {
		return
	}
	if err != nil {
		d.failed.count++
		d.failed.last = err
		return
	}
	*d.done++
}

func (d *deletions) err() error {
	if d.failed.count == 0 {
		return nil
	}
	return &d.failed
}
