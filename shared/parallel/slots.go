package parallel

import (
	"context"
	"fmt"
)

// Slots bounds the number of concurrent callers: a counting semaphore. It is safe
// for concurrent use.
type Slots struct{ taken chan struct{} }

// NewSlots returns n free slots, at least one.
func NewSlots(n int) Slots { return Slots{make(chan struct{}, max(1, n))} }

// Enter waits for a free slot and takes it; leave frees it and is called once. If
// ctx ends first, the error wraps ctx.Err().
func (s Slots) Enter(ctx context.Context) (leave func(), err error) {
	if leave, ok := s.TryEnter(); ok {
		return leave, nil
	}
	select {
	case s.taken <- struct{}{}:
		return s.leave, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for a free slot: %w", ctx.Err())
	}
}

// TryEnter takes a slot if one is free now.
func (s Slots) TryEnter() (leave func(), ok bool) {
	select {
	case s.taken <- struct{}{}:
		return s.leave, true
	default:
		return nil, false
	}
}

func (s Slots) leave() { <-s.taken }
