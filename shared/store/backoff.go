package store

import "time"

// Backoff bounds failures in a row. The first Free ones are followed by another
// attempt at once; then each next attempt waits, from First on twice as long each
// time, to Longest. After Most there is none; 0 is no such bound.
//
// It is part of the contract because the store decides by it: the write that
// counts an attempt is refused unless the backoff admits it, so that it holds for
// attempts at once.
type Backoff struct {
	Free           int
	First, Longest time.Duration
	Most           int
}

// Wait returns the time from the last of so many failures until the next attempt.
// It leaves Most out.
func (b Backoff) Wait(failures int) time.Duration {
	if failures < b.Free {
		return 0
	}
	wait := b.First
	for range failures - b.Free {
		if wait >= b.Longest {
			break
		}
		wait *= 2
	}
	return min(wait, b.Longest)
}

// Exhausted reports whether no attempt follows so many failures, ever.
func (b Backoff) Exhausted(failures int) bool { return b.Most > 0 && failures >= b.Most }

// Admits reports whether there may be an attempt at this time, after so many
// failures of which the last was at failedAt.
func (b Backoff) Admits(failures int, failedAt, at time.Time) bool {
	return !b.Exhausted(failures) && (failures < b.Free || !failedAt.Add(b.Wait(failures)).After(at))
}
