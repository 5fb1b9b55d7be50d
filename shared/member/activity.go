package member

import (
	"slices"
	"time"

	"systole/shared/store"
)

// Kinds of events. A log-out is not an event: it is one call, which writes
// nothing else.
const (
	SignedUp            store.EventKind = "signed_up"
	LoggedIn            store.EventKind = "logged_in"
	HandedOver          store.EventKind = "handed_over" // a session, to another device
	LogInFailed         store.EventKind = "log_in_failed"
	LoggedOutEverywhere store.EventKind = "logged_out_everywhere"
	PasswordChanged     store.EventKind = "password_changed"
	RecoveryCodesMade   store.EventKind = "recovery_codes_made"
	PasswordRecovered   store.EventKind = "password_recovered"
	RecoveryFailed      store.EventKind = "recovery_failed"
	SessionEnded        store.EventKind = "session_ended"
	OthersLoggedOut     store.EventKind = "others_logged_out"
	ConsentGiven        store.EventKind = "consent_given"
	ConsentWithdrawn    store.EventKind = "consent_withdrawn"
	DataExported        store.EventKind = "data_exported"
	ModelMade           store.EventKind = "model_made"
	ModelDayAdded       store.EventKind = "model_day_added"
	ModelDaysRemoved    store.EventKind = "model_days_removed"
	ModelDeleted        store.EventKind = "model_deleted"
	Recognised          store.EventKind = "recognised" // noted once a day
	NotRecognised       store.EventKind = "not_recognised"
	ReplayRefused       store.EventKind = "replay_refused"
	// Actions of an operator of the service.
	MovedHere             store.EventKind = "moved_here" // from another server
	OperatorLookedUp      store.EventKind = "operator_looked_up"
	OperatorUnlocked      store.EventKind = "operator_unlocked"
	OperatorEndedSessions store.EventKind = "operator_ended_sessions"
	OperatorExported      store.EventKind = "operator_exported"
)

// ActivityKeep is the time for which an event is kept: a member who looks twice a
// year sees each.
const ActivityKeep = 180 * 24 * time.Hour

// repeatable are the kinds of events that an impostor or the holder of a token
// can cause without limit. Those of an hour share one counted entry of the
// activity, so that they can't fill it.
var repeatable = []store.EventKind{LogInFailed, RecoveryFailed, OthersLoggedOut, NotRecognised, ReplayRefused, ConsentGiven}

// repeatedWithin is the period of their entries.
const repeatedWithin = time.Hour

// NewEvent returns an event at this time, which is kept for ActivityKeep.
func NewEvent(kind store.EventKind, at time.Time) store.Event {
	e := store.Event{Kind: kind, At: at, Expires: at.Add(ActivityKeep)}
	if slices.Contains(repeatable, kind) {
		e.Within = repeatedWithin
	}
	return e
}

// activityPage is the number of entries of one answer: as many as a person looks
// through.
const activityPage = 100
