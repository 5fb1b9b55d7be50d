package members

import (
	"context"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/member"
	"systole/shared/store"
)

// Sessions lists and ends a member's sessions.
type Sessions interface {
	Sessions(ctx context.Context, token string) (own store.Session, all []store.Session, err error)
	LogOutEverywhere(ctx context.Context, token string) error
}

// SessionEnds end some of a member's sessions.
type SessionEnds interface {
	EndSession(ctx context.Context, token, name string) error
	EndOtherSessions(ctx context.Context, token string) error
}

// SessionList is the route of a member's sessions.
func SessionList(s Sessions) api.Route {
	return api.Route{Path: api.PathSessions, Methods: map[string]api.Handler{
		http.MethodGet:    api.Authorized(listSessions(s)),
		http.MethodDelete: api.Authorized(logOutEverywhere(s)),
	}}
}

// EndSession is the route that ends one session, or all but the token's own.
func EndSession(s SessionEnds) api.Route {
	return api.Route{
		Path:    api.PathEndSession,
		Methods: map[string]api.Handler{http.MethodPost: api.AuthorizedForm(endSession(s), "session")},
	}
}

// session is a session as its member sees it.
type session struct {
	ID      string    `json:"id"`
	Issued  time.Time `json:"issued"`
	Used    time.Time `json:"used"`
	Expires time.Time `json:"expires"`
	Current bool      `json:"current"`
	Client  *string   `json:"client"`  // null if unknown
	Network *network  `json:"network"` // null if unknown
	// HandedBy is the id of the session that handed this one over; null for one of a
	// log-in.
	HandedBy *string `json:"handed_by"`
}

// network is the network that a session logged in from, relative to the asking
// session's.
type network string

const (
	sameNetwork  network = "same"
	otherNetwork network = "other"
)

func sessionsOf(own store.Session, all []store.Session, say func(api.Sentence) string) []session {
	list := make([]session, len(all))
	for i, s := range all {
		list[i] = session{
			ID: member.SessionName(s.ID), Issued: s.Issued, Used: s.Used, Expires: s.Expires,
			Current: s.ID == own.ID, Client: clientOf(s.Client, say), Network: networkOf(own, s),
		}
		if s.HandedBy != (store.TokenID{}) {
			by := member.SessionName(s.HandedBy)
			list[i].HandedBy = &by
		}
	}
	return list
}

// inLanguageOf returns a function that picks the caller's language of a sentence.
func inLanguageOf(r *api.Request) func(api.Sentence) string {
	return func(s api.Sentence) string { return api.Text(r.Request, s) }
}

// clientOf names a client for its owner.
func clientOf(c store.Client, say func(api.Sentence) string) *string {
	if c.App == "" {
		return nil
	}
	name := c.App
	switch {
	case c.App == "okhttp" || c.App == "Dalvik":
		name = say(api.Sentence{KO: "Android 앱 (" + c.App + ")", EN: "Android app (" + c.App + ")"})
	case c.App == "CFNetwork":
		name = say(api.Sentence{KO: "Apple 앱", EN: "Apple app"})
	case c.System != "":
		name = say(api.Sentence{KO: c.System + "의 " + c.App, EN: c.App + " on " + c.System})
	}
	return &name
}

func networkOf(own, s store.Session) *network {
	if own.Network == "" || s.Network == "" {
		return nil
	}
	where := otherNetwork
	if s.Network == own.Network {
		where = sameNetwork
	}
	return &where
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
		}{sessionsOf(own, all, inLanguageOf(r)), http.StatusOK})
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

// others stands for all sessions but the token's own.
const others = "others"

func endSession(s SessionEnds) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		name := r.Value("session")
		if name == others {
			if err := s.EndOtherSessions(r.Context(), r.Token); err != nil {
				return err
			}
			return api.Done(w, r.Request, api.OthersLoggedOut)
		}
		if err := s.EndSession(r.Context(), r.Token, name); err != nil {
			return err
		}
		return api.Done(w, r.Request, api.SessionEnded)
	}
}
