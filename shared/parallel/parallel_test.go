package parallel

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
)

func TestAllRunAtOnceAndEveryErrorIsKept(t *testing.T) {
	if err := Do(); err != nil {
		t.Errorf("of none: %v", err)
	}
	for n := 1; n <= 4; n++ {
		var all []error
		var inside sync.WaitGroup
		inside.Add(n)
		var calls []func() error
		for i := range n {
			failed := fmt.Errorf("call %d", i)
			all = append(all, failed)
			calls = append(calls, func() error {
				inside.Done()
				inside.Wait() // until the others have begun
				return failed
			})
		}
		err := Do(calls...)
		for _, failed := range all {
			if !errors.Is(err, failed) {
				t.Errorf("%v isn't in %v", failed, err)
			}
		}
		if err == nil || strings.Count(err.Error(), "\n") != n-1 || !strings.HasPrefix(err.Error(), "call 0") {
			t.Errorf("of %d: %v", n, err)
		}
		calls[0] = func() error { return nil }
		inside.Add(n - 1)
		if err := Do(calls...); (err == nil) != (n == 1) || errors.Is(err, all[0]) {
			t.Errorf("of %d, the first of which succeeds: %v", n, err)
		}
	}
}
