// Package parallel runs calls concurrently, and bounds their number.
package parallel

import (
	"errors"
	"sync"
)

// Do runs the functions concurrently and returns, when all are done, all their
// errors. Unlike errgroup it keeps every error and cancels nothing: a call to a
// store that has begun may have had its effect.
func Do(fs ...func() error) error {
	if len(fs) == 0 {
		return nil
	}
	errs := make([]error, len(fs))
	var others sync.WaitGroup
	for i, f := range fs[1:] {
		others.Go(func() { errs[i+1] = f() })
	}
	errs[0] = fs[0]()
	others.Wait()
	return errors.Join(errs...)
}
