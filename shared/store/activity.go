package store

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// EventKind is a stable word for a kind of event of an account.
type EventKind string

// Event is an entry of an account's audit trail. It holds no secret, no score
// and no address.
type Event struct {
	Kind    EventKind
	At      time.Time
	Expires time.Time // time of its deletion
	// Within, unless it is zero, is the period whose events of this kind share one
	// entry, so that a flood of them takes no more room than one.
	Within time.Duration `json:"-"`
	// Networks mark the networks that the event came from. A mark is a part of a
	// digest that many networks share, so there are at least as many networks as
	// marks.
	Networks []string `json:",omitempty"`
	// Count and First describe an entry of several events: their number, and the
	// time of the first. At is that of the last.
	Count int       `json:",omitempty"` // 0 for an entry that was written before there were counts
	First time.Time `json:",omitzero"`
}

// Single returns the entry of the event alone.
func (e Event) Single() Event {
	e.Count, e.First, e.Within = 1, e.At, 0
	return e
}

// With returns the entry joined with another event of its kind.
func (e Event) With(other Event) Event {
	e.Count++
	e.At, e.Expires = other.At, other.Expires
	for _, mark := range other.Networks {
		if !slices.Contains(e.Networks, mark) {
			e.Networks = append(slices.Clone(e.Networks), mark)
		}
	}
	return e
}

// Place is the key by which the entries of a name are sorted: by time, those of a
// period by its beginning. Events with the same place are one entry.
func (e Event) Place() string {
	return fmt.Sprintf("%019d %s", e.At.Truncate(e.Within).UnixNano(), e.Kind) // of no period: as it is
}

// EventWriter adds to the audit trail of a user name.
type EventWriter interface {
	// Note adds an event, or counts it in the entry of its period. It may count
	// twice there if its reply was lost.
	Note(ctx context.Context, username string, e Event) error
}

// ActivityLog keeps the audit trail of a user name, whether or not there is a
// member of that name.
type ActivityLog interface {
	EventWriter
	// ActivityOf returns up to limit entries, newest first, that come after the
	// cursor ("" for the newest), and the cursor to go on from, "" at the end. A
	// cursor is any text of at most MaxCursor bytes. Callers compare Expires
	// themselves.
	ActivityOf(ctx context.Context, username, cursor string, limit int) (events []Event, next string, err error)
	// ForgetActivity deletes all entries under the user name.
	ForgetActivity(ctx context.Context, username string) error
}

// MaxCursor is the greatest length of a cursor in bytes.
const MaxCursor = 100
