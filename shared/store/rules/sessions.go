package rules

import (
	"time"

	"systole/shared/store"
)

// Session is a write on a session's row.
type Session = Rule[store.Session]

// TouchSession: see store.SessionStore.
func TouchSession(used time.Time, templateKey string) Session {
	return Session{
		Op:      "touch session",
		Change:  func(s *store.Session) { s.Used, s.TemplateKey = used, templateKey },
		Missing: store.ErrNotFound,
	}
}

// VerifySession: see store.SessionStore.
func VerifySession(at time.Time) Session {
	return Session{
		Op:      "verify session",
		Change:  func(s *store.Session) { s.Verified = at },
		Missing: store.ErrNotFound,
	}
}

// KeepSession: see store.SessionStore.
func KeepSession(validFrom time.Time) Session {
	return Session{
		Op:      "keep session",
		Change:  func(s *store.Session) { s.ValidFrom = validFrom },
		Missing: store.ErrNotFound,
	}
}

// SetChallenge: see store.SessionStore.
func SetChallenge(c store.Challenge) Session {
	return Session{
		Op:      "set challenge",
		Change:  func(s *store.Session) { s.Challenge = c },
		Missing: store.ErrNotFound,
	}
}

// TakeChallenge: see store.SessionStore. A repetition after a lost reply fails:
// the challenge is gone, and the caller asks for another.
func TakeChallenge(c store.Challenge) Session {
	return Session{
		Op: "take challenge",
		Holds: func(s store.Session) bool {
			return s.Challenge != (store.Challenge{}) && s.Challenge.Hash == c.Hash
		},
		Change:  func(s *store.Session) { s.Challenge = store.Challenge{} },
		Missing: store.ErrConflict,
	}
}

// EndSession: see store.SessionStore.
func EndSession(pk int64) Session {
	return Session{
		Op:      "end session",
		Holds:   func(s store.Session) bool { return s.PK == pk },
		Deletes: true,
		Missing: store.ErrNotFound,
		Refused: store.ErrNotFound,
	}
}

// DeleteSession: see store.SessionDeleter.
func DeleteSession() Session {
	return Session{Op: "delete session", Deletes: true, Missing: store.ErrNotFound}
}

// ExpireSession: see store.SessionExpirer.
func ExpireSession(now time.Time, idle time.Duration) Session {
	return Session{
		Op:      "expire session",
		Holds:   func(s store.Session) bool { return !now.Before(s.Expires) || now.Sub(s.Used) >= idle },
		Deletes: true,
	}
}

// PostponeSession: see store.SessionExpirer.
func PostponeSession(due time.Time) Session {
	return Session{
		Op:      "postpone session",
		Change:  func(s *store.Session) { s.Due = due },
		Missing: store.ErrNotFound,
	}
}
