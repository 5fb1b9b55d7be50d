// Package members answers sign-up, log-in and log-out as the contract has it.
package members

import (
	"context"
	"net/http"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// SignUps adds members. The token logs the new one in.
type SignUps interface {
	SignUp(ctx context.Context, r member.Registration) (m store.Member, token string, err error)
}

// LogIns issues tokens.
type LogIns interface {
	LogIn(ctx context.Context, username, password, address string) (m store.Member, token string, err error)
}

// Tokens checks and ends tokens.
type Tokens interface {
	Authenticate(ctx context.Context, token string) (store.Session, error)
	LogOut(ctx context.Context, token string) error
}

// Create is the route of sign-up.
func Create(s SignUps) api.Route {
	return api.Route{Path: api.PathCreate, Methods: map[string]api.Handler{http.MethodPost: create(s)}}
}

// LogIn is the route of log-in.
func LogIn(s LogIns) api.Route {
	return api.Route{Path: api.PathLogIn, Methods: map[string]api.Handler{http.MethodPost: logIn(s)}}
}

// LogOut is the route of log-out. The contract has it as a GET, so HEAD and
// prefetches, which must change nothing, are kept apart from it.
func LogOut(t Tokens) api.Route {
	return api.Route{Path: api.PathLogOut, Methods: map[string]api.Handler{
		http.MethodGet:  logOut(t),
		http.MethodHead: wouldLogOut(t),
		http.MethodPost: logOut(t),
	}}
}

type created struct {
	User  createdUser `json:"user"`
	Token string      `json:"token"`
	Code  int         `json:"code"`
}

type createdUser struct {
	Username string `json:"username"`
	Name     string `json:"name"`
}

func create(s SignUps) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := api.Decode(w, r)
		if err != nil {
			return err
		}
		registration, err := registrationFrom(form)
		if err != nil {
			return err
		}
		m, token, err := s.SignUp(r.Context(), registration)
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, created{createdUser{m.Username, m.Name}, token, http.StatusOK})
	}
}

func registrationFrom(form *api.Form) (r member.Registration, err error) {
	if r.Username, err = form.String("username"); err != nil {
		return r, err
	}
	if r.Password, err = form.String("password"); err != nil {
		return r, err
	}
	if r.Name, err = form.String("name"); err != nil {
		return r, err
	}
	if r.Age, err = form.Int("age"); err != nil {
		return r, err
	}
	if form.Has("gender") {
		r.Gender, err = form.String("gender")
	}
	return r, err
}

type loggedIn struct {
	Token string       `json:"token"`
	User  loggedInUser `json:"user"`
	Code  string       `json:"code"`
}

type loggedInUser struct {
	PK       int64         `json:"pk"`
	Username string        `json:"username"`
	Name     string        `json:"name"`
	Age      *int          `json:"age"`
	Gender   *store.Gender `json:"gender"`
}

func userOf(m store.Member) loggedInUser {
	user := loggedInUser{PK: m.PK, Username: m.Username, Name: m.Name, Age: m.Age}
	if m.Gender != "" {
		user.Gender = &m.Gender
	}
	return user
}

func logIn(s LogIns) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		form, err := api.Decode(w, r)
		if err != nil {
			return err
		}
		username, err := form.String("username")
		if err != nil {
			return err
		}
		password, err := form.String("password")
		if err != nil {
			return err
		}
		m, token, err := s.LogIn(r.Context(), username, password, api.Address(r))
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, loggedIn{token, userOf(m), "login_success"})
	}
}

func logOut(t Tokens) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if api.Prefetched(r) {
			return fault.New(fault.PrefetchRefused)
		}
		token, err := tokenFrom(w, r)
		if err != nil {
			return err
		}
		if err := t.LogOut(r.Context(), token); err != nil {
			return err
		}
		return api.Detail(w, r, api.LoggedOut)
	}
}

// wouldLogOut answers HEAD as GET would be answered, and ends nothing.
func wouldLogOut(t Tokens) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		token, err := api.Token(r, nil)
		if err != nil {
			return err
		}
		if _, err := t.Authenticate(r.Context(), token); err != nil {
			return err
		}
		return api.Detail(w, r, api.LoggedOut)
	}
}

// tokenFrom takes the token from the header, or from the body of a POST.
func tokenFrom(w http.ResponseWriter, r *http.Request) (string, error) {
	if r.Method != http.MethodPost {
		return api.Token(r, nil)
	}
	form, err := api.Decode(w, r)
	if err != nil {
		return "", err
	}
	return api.Token(r, form)
}
