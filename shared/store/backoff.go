package store

import "time"

// Backoff bounds failures in a row. After each of the first Free ones another
// attempt may follow at once; then the wait is First, and twice as long after
// each further failure, up to Longest. After Most there is no further attempt; 0
// means no such bound.
//
// It is part of the contract because the store decides by it: the write that
// counts an attempt is refused unless the backoff admits it, so that it holds for
// concurrent attempts.
type Backoff struct {
	Free           int
	First, Longest time.Duration
	Most           int
}

// Wait returns the time from the last of so many failures until the next attempt.
// It ignores Most.
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

// Exhausted reports whether no attempt may ever follow so many failures.
func (b Backoff) Exhausted(failures int) bool { return b.Most > 0 && failures >= b.Most }

// Admits reports whether an attempt is admitted at this time, after so many
// failures, the last of them at failedAt.
func (b Backoff) Admits(failures int, failedAt, at time.Time) bool {
	return !b.Exhausted(failures) && (failures < b.Free || !failedAt.Add(b.Wait(failures)).After(at))
}
