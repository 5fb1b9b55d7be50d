package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"systole/shared/store"
)

// FailEach runs a task repeatedly, and each time lets another one of its calls to
// the store fail before it has an effect. Such a failure must neither look like a
// success nor like anything but a failing store. prepare makes what the task
// needs, in a store with the hook, and returns the task. Calls of tolerated
// methods may fail without an error of the task.
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
