// Package member signs members up, logs them in and out, and checks their
// passwords and tokens. It knows nothing of HTTP, AWS or the heart.
package member

import "systole/shared/store"

// Store is the part of the store of members that this package needs.
type Store interface {
	store.MemberStore
	store.RecoveryWriter
	store.AttemptStore
	store.ActivityLog
}
