package member

import (
	"context"
	"time"
)

// EventKind is a stable word for what happened to an account.
type EventKind string

// What is noted. That somebody logged out is not: it ends in one call.
const (
	SignedUp            EventKind = "signed_up"
	LoggedIn            EventKind = "logged_in"
	LogInFailed         EventKind = "log_in_failed"
	LoggedOutEverywhere EventKind = "logged_out_everywhere"
	PasswordChanged     EventKind = "password_changed"
	ConsentGiven        EventKind = "consent_given"
	ConsentWithdrawn    EventKind = "consent_withdrawn"
	DataExported        EventKind = "data_exported"
	ModelMade           EventKind = "model_made"
	ModelDeleted        EventKind = "model_deleted"
	Recognised          EventKind = "recognised" // noted once a day
	NotRecognised       EventKind = "not_recognised"
	ReplayRefused       EventKind = "replay_refused"
)

// Event is an entry of an account's audit trail. It holds no secret, no score
// and no address.
type Event struct {
	Kind    EventKind
	At      time.Time
	Expires time.Time // when it is forgotten
}

// ActivityKeep is how long what happened is remembered.
const ActivityKeep = 180 * 24 * time.Hour

// NewEvent is what happened just now.
func NewEvent(kind EventKind, at time.Time) Event {
	return Event{Kind: kind, At: at, Expires: at.Add(ActivityKeep)}
}

// Activity keeps what happened under a user name, whether or not somebody has
// it. Errors are those of package store.
type Activity interface {
	// Note adds an event.
	Note(ctx context.Context, username string, e Event) error
	// ActivityOf returns the last limit events, newest first. Callers compare
	// Expires themselves.
	ActivityOf(ctx context.Context, username string, limit int) ([]Event, error)
	// ForgetActivity deletes all events under the user name.
	ForgetActivity(ctx context.Context, username string) error
}
