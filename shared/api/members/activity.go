package members

import (
	"context"
	"encoding/base64"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/store"
)

// Activities lists the events of an account.
type Activities interface {
	Activity(ctx context.Context, token, cursor string) (page []store.Event, next string, err error)
}

// Activity is the route of an account's audit trail.
func Activity(a Activities) api.Route {
	return api.Route{
		Path: api.PathActivity, Methods: map[string]api.Handler{http.MethodGet: api.Authorized(activity(a))},
		Fields: []api.Field{afterField},
	}
}

// afterField is the query parameter that asks for the next page.
var afterField = api.Field{Name: "after", Hint: api.Sentence{
	KO: "앞 응답의 next 값을 그대로 보내 주세요.",
	EN: "Send the value of next in the answer before, as it is.",
}}

// event is an entry. An entry of several events has the time of the first, and
// the number of networks that they came from, if known.
type event struct {
	At       time.Time       `json:"at"`
	Event    store.EventKind `json:"event"`
	Count    int             `json:"count"`
	Since    *time.Time      `json:"since,omitempty"`
	Networks int             `json:"networks,omitempty"`
}

func eventsOf(all []store.Event) []event {
	list := make([]event, len(all))
	for i, e := range all {
		list[i] = event{At: e.At, Event: e.Kind, Count: max(1, e.Count)}
		if e.Count > 1 {
			list[i].Since, list[i].Networks = &e.First, len(e.Networks)
		}
	}
	return list
}

func activity(a Activities) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		after := r.URL.Query().Get("after")
		cursor, err := base64.RawURLEncoding.DecodeString(after)
		if err != nil || len(cursor) > store.MaxCursor {
			return fault.New(fault.FieldInvalid, "field", "after")
		}
		page, next, err := a.Activity(r.Context(), r.Token, string(cursor))
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Activity []event `json:"activity"`
			Next     string  `json:"next,omitempty"` // "after" of the next page; empty at the end
			Code     int     `json:"code"`
		}{eventsOf(page), base64.RawURLEncoding.EncodeToString([]byte(next)), http.StatusOK})
	}
}
