// Package measure collects the measurements of one request across the layers, in
// the request's context: the durations of its steps, and numbers that operators
// watch. Nothing in it names a person. The HTTP core publishes it with the
// request's log line.
package measure

import (
	"context"
	"sync"
	"time"
)

// Unit of a measurement, as CloudWatch calls it.
type Unit string

// The units in use.
const (
	Count        Unit = "Count"
	Milliseconds Unit = "Milliseconds"
	None         Unit = "None" // a number without a unit, such as a share
)

// Measurement is one number.
type Measurement struct {
	Name  string
	Unit  Unit
	Value float64
}

// Request holds the measurements of one request. It is safe for concurrent use.
type Request struct {
	now func() time.Time

	mu  sync.Mutex
	all []Measurement
}

type key struct{}

// With returns a context whose measurements go to the Request.
func With(ctx context.Context, now func() time.Time) (context.Context, *Request) {
	r := &Request{now: now}
	return context.WithValue(ctx, key{}, r), r
}

// Step begins a step of the request; the function that it returns ends it. The
// duration is measured as "<name>_ms"; the durations of a step taken several
// times, or concurrently, add up. Without a Request in ctx it does nothing.
func Step(ctx context.Context, name string) (end func()) {
	r, ok := ctx.Value(key{}).(*Request)
	if !ok {
		return func() {}
	}
	start := r.now()
	return func() {
		took := r.now().Sub(start)
		r.add(Measurement{name + "_ms", Milliseconds, float64(took.Microseconds()) / 1000})
	}
}

// Add adds x to a measurement of the request. Without a Request in ctx it does
// nothing.
func Add(ctx context.Context, name string, unit Unit, x float64) {
	if r, ok := ctx.Value(key{}).(*Request); ok {
		r.add(Measurement{name, unit, x})
	}
}

func (r *Request) add(m Measurement) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.all {
		if r.all[i].Name == m.Name {
			r.all[i].Value += m.Value
			return
		}
	}
	r.all = append(r.all, m)
}

// All returns the measurements so far, in the order in which they were first
// added.
func (r *Request) All() []Measurement {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]Measurement(nil), r.all...)
}
