package store

import (
	"context"
	"hash/fnv"
	"strings"
	"time"
)

// Clean-up finds its work in lists that are sorted by time, so that a run costs
// what it removes and not what is stored. Each kind of work has DueShards lists:
// a list is one key of an index, which takes 1,000 writes a second, and one run
// or process may handle some of the lists.
//
// The use of a row doesn't move its entry: clean-up finds the row in use and
// moves the entry. So a session is looked at once in its idle limit, a template
// once a year.

// DueShards is the number of lists of each kind: 32,000 entries a second.
const DueShards = 32

// DueShard returns the list, from 0 on, for the row with this key.
func DueShard(key string) int {
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % DueShards)
}

// DueKind is a kind of clean-up's work.
type DueKind string

// The kinds, each with its time and its key.
const (
	DueSession  DueKind = "session"  // by Session.Due; the key is the id in hexadecimal digits
	DueTemplate DueKind = "template" // by Member.Seen; the key is the user name
	DueLeftover DueKind = "leftover" // by the time that it was noted for; the key is its objects'
	DueActivity DueKind = "activity" // by the time of its deletion; the key is the store's own
)

// Due is an entry of a list.
type Due struct {
	Kind DueKind
	At   time.Time
	Key  string
}

// DueLister lists clean-up's work.
type DueLister interface {
	// DueUntil returns the first entries of a list, at most limit, with a time of
	// until or earlier, oldest first, after the cursor ("" for the oldest), and
	// the next cursor, "" at the end. It may lag behind writes by a second.
	DueUntil(ctx context.Context, kind DueKind, shard int, until time.Time, cursor string, limit int) ([]Due, string, error)
}

// LeftoverWriter notes objects that are to be erased if nothing comes to point to
// them.
type LeftoverWriter interface {
	// NoteLeftover notes objects, before they are written or lose their pointer:
	// clean-up looks at them from the time at on, and erases them unless the
	// member points to them. A key that ends in a slash stands for the objects
	// below it. Noting the same objects again replaces the time. There are at most
	// MaxLeftovers keys.
	NoteLeftover(ctx context.Context, at time.Time, keys ...string) error
}

// MaxLeftovers bounds the objects that are noted together: their keys together
// are one key in DynamoDB, which has 2 KB.
const MaxLeftovers = 8

// LeftoverSettler removes notes.
type LeftoverSettler interface {
	// SettleLeftover removes an entry, unless its time was changed meanwhile.
	// Removing a missing one succeeds.
	SettleLeftover(ctx context.Context, d Due) error
}

// LeftoverKey returns the key of the entry for these objects.
func LeftoverKey(keys []string) string { return strings.Join(keys, " ") }

// Leftovers returns the keys of an entry's objects.
func (d Due) Leftovers() []string { return strings.Fields(d.Key) }

// UseIndexer moves the entries of templates that are in use.
type UseIndexer interface {
	// SetSeen sets Seen of a member whose template is of this version, else
	// ErrConflict.
	SetSeen(ctx context.Context, username, version string, seen time.Time) error
}

// ActivityExpirer deletes entries of the audit trail.
type ActivityExpirer interface {
	// ExpireActivity deletes these entries. Deleting a missing one succeeds.
	ExpireActivity(ctx context.Context, due []Due) error
}

// SessionExpirer ends expired and unused sessions.
type SessionExpirer interface {
	// ExpireSession deletes the session if it had expired at now or had not been used
	// for idle, else ErrConflict. Deleting a missing one succeeds.
	ExpireSession(ctx context.Context, id TokenID, now time.Time, idle time.Duration) error
	// PostponeSession sets Due; ErrNotFound when the session has ended.
	PostponeSession(ctx context.Context, id TokenID, due time.Time) error
}
