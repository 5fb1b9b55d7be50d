// Package biometric answers whether a recording is a member's own heart: it
// makes a model from an enrolment, tells whether there is one, and checks a
// probe against it. It knows nothing of HTTP or AWS.
package biometric

import (
	"context"

	"systole/shared/biometric/protect"
	"systole/shared/store"
)

// Members is what this package asks of the store of members.
type Members interface {
	store.MemberReader
	store.ProbeRegistry
	store.TemplateWriter
	store.CheckCounter
	store.EventWriter
}

// Objects is what this package asks of the store of objects: recordings and
// templates.
type Objects interface {
	store.ObjectWriter
	store.ObjectReader
	store.ObjectEraser
}

// Keys are the service's secrets.
type Keys interface {
	// Ring returns those that models are sealed with. It may have to fetch them.
	Ring(ctx context.Context) (protect.Ring, error)
}
