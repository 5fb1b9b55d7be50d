// Package biometric answers whether a recording is a member's own heart: it
// makes a model from an enrolment, tells whether there is one, and checks a
// probe against it. It knows nothing of HTTP or AWS.
package biometric

import (
	"context"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/member"
)

// Members is what this package needs of the member store. Errors are those of
// package store.
type Members interface {
	// Member returns the member, or store.ErrNotFound.
	Member(ctx context.Context, username string) (member.Member, error)
	// Present adds the print of a probe under an id of its own, and returns the
	// member as that leaves them: in one call, so that of several who present the
	// same at once all but one see another's. store.ErrNotFound for no member.
	Present(ctx context.Context, username, id string, print []byte) (member.Member, error)
	// RemovePrint removes a print, if it is there.
	RemovePrint(ctx context.Context, username, id string) error
	// SetModel moves the member's pointer to m if it still names the version
	// replaced ("" for none), and removes the prints that m's object now holds;
	// else store.ErrConflict. A repetition of the very same write succeeds.
	SetModel(ctx context.Context, username, replaced string, m member.Model, prints []string) error
	// MarkModelUsed sets the model's Used if it still is the current version,
	// else store.ErrConflict.
	MarkModelUsed(ctx context.Context, username, version string, used time.Time) error
	// CountFailure adds one to the model's Failures, and sets FailedAt, if it
	// still is the current version, else store.ErrConflict. None is lost of
	// those that come at once; one may count twice when its reply was lost.
	CountFailure(ctx context.Context, username, version string, at time.Time) error
	// ClearFailures sets the model's Failures to 0 if it still is the current
	// version, else store.ErrConflict.
	ClearFailures(ctx context.Context, username, version string) error
	// Note adds to what happened under the user name.
	Note(ctx context.Context, username string, e member.Event) error
}

// Objects keeps recordings and models. Errors are those of package store.
type Objects interface {
	// Put writes an object whole or not at all; store.ErrExists when the key is
	// taken by other content.
	Put(ctx context.Context, key string, data []byte) error
	// Get returns the whole object, or store.ErrNotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Erase deletes all objects whose keys begin with prefix, with all older
	// versions of them.
	Erase(ctx context.Context, prefix string) error
}

// Keys are the service's secrets.
type Keys interface {
	// Ring returns those that models are sealed with. It may have to fetch them.
	Ring(ctx context.Context) (protect.Ring, error)
}
