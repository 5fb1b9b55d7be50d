package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"systole/shared/embedded"
)

// writing is the number of writes per second with a number of writers.
type writing struct {
	writers   int
	perSecond float64
}

// writingFor is the time for which each number of writers writes.
const writingFor = 2 * time.Second

// writings touches sessions of the crowd: the smallest write, whose sync is
// shared with concurrent ones.
func writings(ctx context.Context, rows *embedded.Store, members int) (all []writing, err error) {
	for _, writers := range []int{1, 8, 64, 512} {
		var done atomic.Int64
		var failed atomic.Value
		var wg sync.WaitGroup
		began := time.Now()
		for w := range writers {
			wg.Go(func() {
				for n := w; time.Since(began) < writingFor; n += writers {
					if err := rows.TouchSession(ctx, tokenOf(n%members, 0), time.Now(), ""); err != nil {
						failed.Store(err)
						return
					}
					done.Add(1)
				}
			})
		}
		wg.Wait()
		if err, ok := failed.Load().(error); ok {
			return nil, err
		}
		all = append(all, writing{writers, float64(done.Load()) / time.Since(began).Seconds()})
	}
	return all, nil
}
