package member

import (
	"slices"
	"time"

	"systole/shared/store"
)

// Kinds of events. A log-out is not an event: it is one call, and writes nothing
// else.
const (
	SignedUp            store.EventKind = "signed_up"
	LoggedIn            store.EventKind = "logged_in"
	LogInFailed         store.EventKind = "log_in_failed"
	LoggedOutEverywhere store.EventKind = "logged_out_everywhere"
	PasswordChanged     store.EventKind = "password_changed"
	ConsentGiven        store.EventKind = "consent_given"
	ConsentWithdrawn    store.EventKind = "consent_withdrawn"
	DataExported        store.EventKind = "data_exported"
	ModelMade           store.EventKind = "model_made"
	ModelDeleted        store.EventKind = "model_deleted"
	Recognised          store.EventKind = "recognised" // noted once a day
	NotRecognised       store.EventKind = "not_recognised"
	ReplayRefused       store.EventKind = "replay_refused"
	// What an operator of the service did.
	OperatorLookedUp      store.EventKind = "operator_looked_up"
	OperatorUnlocked      store.EventKind = "operator_unlocked"
	OperatorEndedSessions store.EventKind = "operator_ended_sessions"
	OperatorExported      store.EventKind = "operator_exported"
)

// ActivityKeep is how long an event is kept: long enough that a member who
// looks twice a year sees each.
const ActivityKeep = 180 * 24 * time.Hour

// NewEvent returns an event at this time, which is kept for ActivityKeep.
func NewEvent(kind store.EventKind, at time.Time) store.Event {
	return store.Event{Kind: kind, At: at, Expires: at.Add(ActivityKeep)}
}

// activityLimit bounds the events of one answer that anybody can cause: those of
// half a year with a log-in a day. searchedEvents bounds the search for the
// others.
const (
	activityLimit  = 200
	searchedEvents = 10_000
)

// weighty are the events that no number of others may displace from the answer:
// they change the protection of the account.
var weighty = []store.EventKind{SignedUp, PasswordChanged, ConsentWithdrawn, DataExported, ModelMade, ModelDeleted,
	OperatorLookedUp, OperatorUnlocked, OperatorEndedSessions, OperatorExported}

// shown returns the newest activityLimit of the events, newest first, and of the
// weighty ones all.
func shown(events []store.Event) []store.Event {
	var left []store.Event
	for i, e := range events {
		if i < activityLimit || slices.Contains(weighty, e.Kind) {
			left = append(left, e)
		}
	}
	return left
}
