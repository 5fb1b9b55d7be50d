package rules

import (
	"time"

	"systole/shared/store"
)

// Attempts is a row that counts failed log-ins until it expires.
type Attempts struct {
	store.Attempts
	Expires time.Time
}

// AdmitAttempt: see store.AttemptStore. A count that has expired, and is still
// there, begins anew.
func AdmitAttempt(b store.Backoff, at, expires time.Time) Rule[Attempts] {
	first := Attempts{store.Attempts{Failures: 1, FailedAt: at}, expires}
	return Rule[Attempts]{
		Op:      "admit attempt",
		Creates: &first,
		Holds: func(a Attempts) bool {
			return !at.Before(a.Expires) || b.Admits(a.Failures, a.FailedAt, at)
		},
		Change: func(a *Attempts) {
			if !at.Before(a.Expires) {
				*a = first
				return
			}
			a.Failures, a.FailedAt, a.Expires = a.Failures+1, at, expires
		},
	}
}

// TakeBackAttempt: see store.AttemptStore.
func TakeBackAttempt() Rule[Attempts] {
	return Rule[Attempts]{
		Op:     "take back attempt",
		Holds:  func(a Attempts) bool { return a.Failures > 0 },
		Change: func(a *Attempts) { a.Failures-- },
		Done:   func(a Attempts) bool { return a.Failures == 0 },
	}
}

// ClearAttempts: see store.AttemptStore.
func ClearAttempts() Rule[Attempts] {
	return Rule[Attempts]{Op: "clear attempts", Deletes: true}
}

// ClaimPKBlock: see store.MemberStore. The row is the word of the process that
// claimed the block.
func ClaimPKBlock(claimant string) Rule[string] {
	return Rule[string]{
		Op:      "claim pk block",
		Creates: &claimant,
		Holds:   func(string) bool { return false },
		Done:    func(holder string) bool { return holder == claimant },
		Refused: store.ErrExists,
	}
}
