package store

import (
	"context"
	"hash/fnv"
	"strings"
	"time"
)

// What clean-up is to look at is listed by when, so that a run costs what it
// removes and not what there is. Each kind has DueShards lists: a list is one key
// of an index, which takes 1,000 writes a second, and one run or process may have
// some of them.
//
// A row that is used meanwhile isn't moved at each use: clean-up finds it alive and
// moves it. So a session is looked at once in its idle limit, a template once a year.

// DueShards is the number of lists of each kind: 32,000 entries a second.
const DueShards = 32

// DueShard is the list, from 0 on, of the row with this key.
func DueShard(key string) int {
	h := fnv.New32a()
	h.Write([]byte(key))
	return int(h.Sum32() % DueShards)
}

// DueKind is a kind of what clean-up looks at.
type DueKind string

// The kinds.
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

// DueLister lists what clean-up looks at.
type DueLister interface {
	// DueUntil returns up to limit entries of a list whose time is until or earlier,
	// oldest first, that come after the cursor ("" for the oldest), and the cursor to
	// go on from, "" at the end. It may lag behind writes by a second.
	DueUntil(ctx context.Context, kind DueKind, shard int, until time.Time, cursor string, limit int) ([]Due, string, error)
}

// LeftoverWriter notes which objects to erase if they come to nothing.
type LeftoverWriter interface {
	// NoteLeftover notes, before they are written or lose their pointer, that these
	// objects are to be looked at from a time on, and erased unless the member points
	// to them. A key that ends in a slash stands for the objects below it. Noted
	// again, the same objects have the later call's time. At most MaxLeftovers keys.
	NoteLeftover(ctx context.Context, at time.Time, keys ...string) error
}

// MaxLeftovers is how many objects are noted together: their keys are one key of
// DynamoDB's, which has 2 KB.
const MaxLeftovers = 8

// LeftoverSettler forgets what was noted.
type LeftoverSettler interface {
	// SettleLeftover removes an entry unless its time is another by now. Removing a
	// missing one succeeds.
	SettleLeftover(ctx context.Context, d Due) error
}

// LeftoverKey is the key of the entry for these objects.
func LeftoverKey(keys []string) string { return strings.Join(keys, " ") }

// Leftovers are the objects of an entry.
func (d Due) Leftovers() []string { return strings.Fields(d.Key) }

// UseIndexer moves the entries of templates that are in use.
type UseIndexer interface {
	// SetSeen sets Seen of a member who has a template of this version; ErrConflict
	// for another.
	SetSeen(ctx context.Context, username, version string, seen time.Time) error
}

// ActivityExpirer deletes entries of the audit trail.
type ActivityExpirer interface {
	// ExpireActivity deletes these entries. Deleting a missing one succeeds.
	ExpireActivity(ctx context.Context, due []Due) error
}

// SessionExpirer ends sessions whose time is over.
type SessionExpirer interface {
	// ExpireSession deletes the session if it had expired at now or had not been used
	// for idle, else ErrConflict. Deleting a missing one succeeds.
	ExpireSession(ctx context.Context, id TokenID, now time.Time, idle time.Duration) error
	// PostponeSession sets Due; ErrNotFound when the session has ended.
	PostponeSession(ctx context.Context, id TokenID, due time.Time) error
}
