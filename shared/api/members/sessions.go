package members

import (
	"context"
	"encoding/hex"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/store"
)

// Sessions lists and ends a member's sessions.
type Sessions interface {
	Sessions(ctx context.Context, token string) (own store.Session, all []store.Session, err error)
	LogOutEverywhere(ctx context.Context, token string) error
}

// SessionList is the route of a member's sessions.
func SessionList(s Sessions) api.Route {
	return api.Route{Path: api.PathSessions, Methods: map[string]api.Handler{
		http.MethodGet:    api.Authorized(listSessions(s)),
		http.MethodDelete: api.Authorized(logOutEverywhere(s)),
	}}
}

// session identifies a session without revealing its token: the id is a part of
// the token's hash.
type session struct {
	ID      string    `json:"id"`
	Issued  time.Time `json:"issued"`
	Used    time.Time `json:"used"`
	Expires time.Time `json:"expires"`
	Current bool      `json:"current"`
}

const shownOfID = 8 // bytes

func sessionsOf(own store.TokenID, all []store.Session) []session {
	list := make([]session, len(all))
	for i, s := range all {
		list[i] = session{hex.EncodeToString(s.ID[:shownOfID]), s.Issued, s.Used, s.Expires, s.ID == own}
	}
	return list
}

func listSessions(s Sessions) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		own, all, err := s.Sessions(r.Context(), r.Token)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, struct {
			Sessions []session `json:"sessions"`
			Code     int       `json:"code"`
		}{sessionsOf(own.ID, all), http.StatusOK})
	}
}

func logOutEverywhere(s Sessions) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := s.LogOutEverywhere(r.Context(), r.Token); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.LoggedOutEverywhere)
	}
}
