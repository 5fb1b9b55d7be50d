package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"systole/shared/store"
)

// FailEach does a task again and again, and lets another one of its calls to the
// store fail each time, before the call has an effect: none may look like a
// success, nor like anything but a failing store. Prepare makes what the task needs, on a store that the hook is for,
// and returns the task. The calls of tolerated methods may fail unnoticed.
func FailEach(t *testing.T, prepare func(*testing.T, Hook) func(context.Context) error, tolerated ...string) {
	t.Helper()
	for failing := 1; ; failing++ {
		var mu sync.Mutex
		var method string // of the call that fails
		made, begun := 0, false
		task := prepare(t, func(_ context.Context, called string, call func() error) error {
			mu.Lock()
			if begun {
				made++
			}
			fails := begun && made == failing
			if fails {
				method = called
			}
			mu.Unlock()
			if fails {
				return store.ErrUnavailable
			}
			return call()
		})
		mu.Lock()
		begun = true
		mu.Unlock()
		err := task(t.Context())
		switch {
		case method == "":
			if err != nil || failing == 1 {
				t.Errorf("with a store that never fails, after %d calls: %v", made, err)
			}
			return
		case err == nil && !slices.Contains(tolerated, method):
			t.Errorf("call %d, %s, fails, and the task is a success", failing, method)
		case err != nil && !errors.Is(err, store.ErrUnavailable):
			t.Errorf("call %d, %s, fails, and the task fails for another reason: %v", failing, method, err)
		}
	}
}
