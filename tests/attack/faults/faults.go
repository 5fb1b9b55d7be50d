// Package faults lets every call to a store fail, one at a time, in every way
// that a call can, and checks the stores afterwards: no confirmed change is
// lost, and every unfinished one can be finished or cleaned up.
package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"systole/shared/store"
)

// Kind is a way in which a call goes wrong.
type Kind string

// The kinds. "After" is a lost reply: the call had its effect, and its caller
// doesn't learn of it.
const (
	Throttled    Kind = "throttled"
	TimeOut      Kind = "timed out before"
	TimeOutAfter Kind = "timed out after"
	Reset        Kind = "reset before"
	ResetAfter   Kind = "reset after"
	Slow         Kind = "slower than anybody waits"
	Death        Kind = "process death before"
	DeathAfter   Kind = "process death after"
)

// Kinds lists all kinds.
var Kinds = []Kind{Throttled, TimeOut, TimeOutAfter, Reset, ResetAfter, Slow, Death, DeathAfter}

// errReset is an error that the stores don't define.
var errReset = errors.New("connection reset by peer")

// errDead is the error of a call after its process has died.
var errDead = errors.New("the process is gone")

// expiry is a deadline that expires on command: it simulates slowness without a
// clock, so that a slow machine changes nothing.
type expiry struct {
	context.Context
	done chan struct{}
	once sync.Once
}

func newExpiry(ctx context.Context) *expiry {
	return &expiry{Context: ctx, done: make(chan struct{})}
}

func (e *expiry) pass() { e.once.Do(func() { close(e.done) }) }

func (e *expiry) Done() <-chan struct{} { return e.done }

func (e *expiry) Err() error {
	select {
	case <-e.done:
		return context.DeadlineExceeded
	default:
		return e.Context.Err()
	}
}

// Injector counts calls, and lets one of them fail.
type Injector struct {
	mu    sync.Mutex
	limit *expiry  // of the current request
	calls []string // since Arm
	at    int      // the call to fail, from 1; 0 for none
	kind  Kind
	dead  bool
}

// Arm resets the count and lets the nth call from now on fail; 0 for none.
func (i *Injector) Arm(n int, kind Kind) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls, i.at, i.kind, i.dead = nil, n, kind, false
}

// Calls returns the names of the calls since Arm.
func (i *Injector) Calls() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return append([]string(nil), i.calls...)
}

// begin sets the deadline of the next request.
func (i *Injector) begin(ctx context.Context) context.Context {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.limit = newExpiry(ctx)
	return i.limit
}

// pass lets the request's deadline expire.
func (i *Injector) pass() {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.limit != nil {
		i.limit.pass()
	}
}

// next counts a call and returns its fault.
func (i *Injector) next(name string) (kind Kind, dead bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.calls = append(i.calls, name)
	if i.dead {
		return "", true
	}
	if len(i.calls) != i.at {
		return "", false
	}
	i.dead = i.kind == Death || i.kind == DeathAfter
	return i.kind, false
}

// call makes a call, or lets it fail.
func (i *Injector) call(ctx context.Context, name string, do func() error) error {
	kind, dead := i.next(name)
	if dead {
		return errDead
	}
	switch kind {
	case Throttled:
		return fmt.Errorf("%s: %w: throttled", name, store.ErrUnavailable)
	case TimeOut:
		return fmt.Errorf("%s: %w", name, context.DeadlineExceeded)
	case Reset:
		return fmt.Errorf("%s: %w", name, errReset)
	case Slow:
		i.pass()
		<-ctx.Done()
		return fmt.Errorf("%s: %w", name, ctx.Err())
	case Death:
		return errDead
	}
	err := do()
	switch kind {
	case TimeOutAfter:
		return fmt.Errorf("%s: %w", name, context.DeadlineExceeded)
	case ResetAfter:
		return fmt.Errorf("%s: %w", name, errReset)
	case DeathAfter:
		return errDead
	}
	return err
}
