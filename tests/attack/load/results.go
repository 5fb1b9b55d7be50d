package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// results are the outcomes of a phase's requests.
type results struct {
	mu       sync.Mutex
	begin    time.Time
	took     time.Duration
	answered []answered // everything but 503
	shed     int        // 503
	failed   int        // any other 5xx, or none at all
	memory   int64      // most resident memory, in bytes
}

type answered struct {
	at   time.Time
	took time.Duration
}

func (r *results) add(begin time.Time, status int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case err == nil && status == http.StatusServiceUnavailable:
		r.shed++
	case err != nil || status >= http.StatusInternalServerError:
		r.failed++
	default:
		r.answered = append(r.answered, answered{begin, time.Since(begin)})
	}
}

func (r *results) count() int { return len(r.answered) + r.shed + r.failed }

// answers returns the number of answers per second.
func (r *results) answers() float64 { return float64(len(r.answered)) / r.took.Seconds() }

func (r *results) quantile(q float64) time.Duration {
	if len(r.answered) == 0 {
		return 0
	}
	var all []time.Duration
	for _, a := range r.answered {
		all = append(all, a.took)
	}
	slices.Sort(all)
	return all[min(len(all)-1, int(q*float64(len(all))))].Round(100 * time.Microsecond)
}

// progress prints a line a second and notes the memory, until it is stopped.
func (r *results) progress(s *service, name string) (stop func()) {
	done, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for tick := time.NewTicker(time.Second); ; {
			select {
			case <-done:
				tick.Stop()
				fmt.Fprintln(os.Stderr)
				return
			case <-tick.C:
			}
			memory := s.memory()
			r.mu.Lock()
			r.memory = max(r.memory, memory)
			fmt.Fprintf(os.Stderr, "\r%s: %3.0f s, %d answered, %d shed, %d failed, %d MB ", name,
				time.Since(r.begin).Seconds(), len(r.answered), r.shed, r.failed, memory>>20)
			r.mu.Unlock()
		}
	}()
	return func() { close(done); <-stopped }
}

// closedLoop lets the given number of callers each wait for their answer before
// the next request.
func closedLoop(ctx context.Context, t *traffic, s *service, callers int, length time.Duration) *results {
	r := &results{begin: time.Now()}
	defer r.progress(s, "as fast as it answers")()
	var all sync.WaitGroup
	for range callers {
		all.Go(func() {
			for time.Since(r.begin) < length && ctx.Err() == nil {
				r.one(t)
			}
		})
	}
	all.Wait()
	r.took = time.Since(r.begin)
	return r
}

// openLoop sends at a rate, whether or not answers come, at most the given number
// of requests.
func openLoop(ctx context.Context, t *traffic, s *service, rate float64, length time.Duration, most int) *results {
	r := &results{begin: time.Now()}
	defer r.progress(s, fmt.Sprintf("%.0f a second", rate))()
	var all sync.WaitGroup
	for n := 0; n < most && time.Since(r.begin) < length && ctx.Err() == nil; {
		due := min(most, int(rate*time.Since(r.begin).Seconds()))
		for ; n < due; n++ {
			all.Go(func() { r.one(t) })
		}
		time.Sleep(time.Millisecond)
	}
	all.Wait()
	r.took = time.Since(r.begin)
	return r
}

func (r *results) one(t *traffic) {
	request, err := t.any()
	begin := time.Now()
	status := 0
	if err == nil {
		status, err = t.do(request)
	}
	r.add(begin, status, err)
}
