// Package members answers the contract's routes of sign-up, log-in and log-out,
// and those of accounts beyond it.
package members

import (
	"context"
	"net/http"
	"time"

	"systole/shared/api"
	"systole/shared/api/useragent"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// SignUps adds members. The token logs the new member in.
type SignUps interface {
	SignUp(ctx context.Context, r member.Registration) (m store.Member, token string, err error)
}

// LogIns issues tokens.
type LogIns interface {
	LogIn(ctx context.Context, username, password string, from member.Caller) (m store.Member, token string, err error)
}

// Tokens checks and ends tokens.
type Tokens interface {
	Authenticate(ctx context.Context, token string) (store.Session, error)
	LogOut(ctx context.Context, token string) error
}

// Create is the route of sign-up.
func Create(s SignUps) api.Route {
	return api.Route{
		Path:    api.PathCreate,
		Methods: map[string]api.Handler{http.MethodPost: api.Anonymous(create(s), "username", "password", "name")},
		Fields: []api.Field{
			{Name: "age", Hint: api.Sentence{KO: "나이는 0~150의 정수로 보내 주세요.", EN: "Send a whole number from 0 to 150."}},
			{Name: "gender", Hint: api.Sentence{KO: "male 또는 female로 보내 주세요.", EN: "Send male or female."}},
			{Name: "name", Hint: api.Sentence{KO: "이름은 제어 문자 없이 1~150자로 보내 주세요.", EN: "Send 1 to 150 characters without control characters."}},
		},
	}
}

// LogIn is the route of log-in. now is the clock by which another day of
// enrolment is suggested.
func LogIn(s LogIns, now func() time.Time) api.Route {
	return api.Route{Path: api.PathLogIn, Methods: map[string]api.Handler{http.MethodPost: api.Anonymous(logIn(s, now), "username", "password")}}
}

// LogOut is the route of log-out. The contract has it as a GET, so HEAD and
// prefetches, which must change nothing, are handled apart.
func LogOut(t Tokens) api.Route {
	return api.Route{Path: api.PathLogOut, Methods: map[string]api.Handler{
		http.MethodGet:  unlessPrefetched(api.Authorized(logOut(t))),
		http.MethodHead: api.Authorized(wouldLogOut(t)),
		http.MethodPost: unlessPrefetched(api.AuthorizedForm(logOut(t))),
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

func create(s SignUps) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		registration, err := registrationFrom(r)
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

func registrationFrom(r *api.Request) (reg member.Registration, err error) {
	reg = member.Registration{
		Username: r.Value("username"), Password: r.Value("password"), Name: r.Value("name"), Caller: callerOf(r),
	}
	if reg.Age, err = r.Form.Int("age"); err != nil {
		return reg, err
	}
	reg.Gender, err = r.Form.Optional("gender")
	return reg, err
}

// callerOf returns what a request tells of its program.
func callerOf(r *api.Request) member.Caller {
	return member.Caller{Address: api.Address(r.Request), Client: useragent.Parse(r.UserAgent())}
}

type loggedIn struct {
	Token string       `json:"token"`
	User  loggedInUser `json:"user"`
	Code  string       `json:"code"`
	// Enrolment is set if another day of enrolment would help.
	Enrolment *member.Days `json:"enrolment,omitempty"`
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

func logIn(s LogIns, now func() time.Time) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		m, token, err := s.LogIn(r.Context(), r.Value("username"), r.Value("password"), callerOf(r))
		if err != nil {
			return err
		}
		return api.JSON(w, http.StatusOK, loggedIn{token, userOf(m), "login_success", member.AnotherDay(m, now())})
	}
}

// loggedOut has the sentence twice: under the field of every answer here, and
// under the first server's.
type loggedOut struct {
	Detail string `json:"detail"`
	Code   string `json:"code"`
	Msg    string `json:"msg"`
}

func answerLoggedOut(w http.ResponseWriter, r *api.Request) error {
	text := api.Say(w, r.Request, api.LoggedOut)
	return api.JSON(w, http.StatusOK, loggedOut{text, "logout_success", text})
}

func logOut(t Tokens) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := t.LogOut(r.Context(), r.Token); err != nil {
			return err
		}
		return answerLoggedOut(w, r)
	}
}

// wouldLogOut answers HEAD as a GET would be answered, and ends nothing.
func wouldLogOut(t Tokens) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if _, err := t.Authenticate(r.Context(), r.Token); err != nil {
			return err
		}
		return answerLoggedOut(w, r)
	}
}

// unlessPrefetched refuses requests that a browser makes before a person asks for
// them.
func unlessPrefetched(h api.Handler) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if api.Prefetched(r) {
			return fault.New(fault.PrefetchRefused)
		}
		return h(w, r)
	}
}
