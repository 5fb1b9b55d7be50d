package openid

import (
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"systole/shared/api"
	"systole/shared/api/authenticate"
	"systole/shared/api/handoff"
	"systole/shared/api/useragent"
	"systole/shared/biometric"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/provider"
	"systole/shared/store"
)

// Settings of the provider's routes.
type Settings struct {
	// Issuer is the service's address; empty for the address of the request.
	Issuer string
	// Challenge reports whether a check must bring a nonce, which the page is then
	// given.
	Challenge bool
}

// LogIns issues and ends tokens; see member.Service and member.Tokens.
type LogIns interface {
	LogIn(ctx context.Context, username, password string, from member.Caller) (m store.Member, token string, err error)
}

// LogOuts ends tokens.
type LogOuts interface {
	LogOut(ctx context.Context, token string) error
}

// Challenger hands out nonces.
type Challenger interface {
	Challenge(ctx context.Context, token string) (nonce string, err error)
}

// Verifier compares probes with templates; see biometric.Service.
type Verifier interface {
	Verify(ctx context.Context, token string, c biometric.Check) (biometric.Verdict, error)
}

// Flow is the route at which the page learns what it has to show, hands the flow
// to another device, and ends it.
func Flow(p *provider.Service, c Challenger, h handoff.Makes, s Settings) api.Route {
	f := flows{p, s}
	return api.Route{Path: api.PathFlow, Methods: map[string]api.Handler{
		http.MethodGet:  f.state(c),
		http.MethodPost: api.Anonymous(f.act(h), "flow", "answer"),
	}, Fields: []api.Field{{Name: "answer", Hint: api.Sentence{KO: "continue, cancel 또는 hand_off로 보내 주세요.", EN: "Send continue, cancel or hand_off."}}}}
}

// Password is the route of the first step: the log-in.
func Password(p *provider.Service, l LogIns, o LogOuts, s Settings) api.Route {
	f := flows{p, s}
	return api.Route{Path: api.PathFlowPassword, Methods: map[string]api.Handler{
		http.MethodPost: api.Anonymous(f.logIn(l, o), "flow", "username", "password"),
	}}
}

// Heart is the route of the second step: the check.
func Heart(p *provider.Service, v Verifier, s Settings) api.Route {
	f := flows{p, s}
	return api.Route{
		Path:    api.PathFlowHeart,
		Methods: map[string]api.Handler{http.MethodPost: api.AnonymousFiles(f.check(v), "flow")},
		Files:   authenticate.FileParts,
		Fields:  []api.Field{authenticate.SamplingRateField()},
	}
}

// flows answers the page.
type flows struct {
	provider *provider.Service
	settings Settings
}

// state is what the page shows.
type state struct {
	Client  string         `json:"client"`
	Level   provider.Level `json:"level"`
	Needs   needs          `json:"needs"`
	Profile bool           `json:"profile"` // whether the client learns name and user name
	Person  *person        `json:"person"`  // who is logged in; null if nobody is
	Locales []string       `json:"ui_locales"`
	Nonce   string         `json:"nonce,omitempty"` // for the check, if one is required
	Code    int            `json:"code"`
}

type needs struct {
	Password bool `json:"password"`
	Heart    bool `json:"heart"`
}

type person struct {
	Username string `json:"username"`
	Name     string `json:"name"`
	Enrolled bool   `json:"enrolled"`
}

func (f flows) state(c Challenger) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		browser := BrowserOf(r)
		flow, who, err := f.current(r.Context(), r.URL.Query().Get("flow"), browser)
		if err != nil {
			return err
		}
		said, err := f.describe(r.Context(), flow, who)
		if err != nil {
			return err
		}
		if f.settings.Challenge && said.Needs.Heart && who != nil {
			if said.Nonce, err = c.Challenge(r.Context(), browser.Token()); err != nil {
				return err
			}
		}
		return api.JSON(w, http.StatusOK, said)
	}
}

// current returns the browser's flow and the person who is logged in, nil for
// none.
func (f flows) current(ctx context.Context, id string, browser Browser) (provider.Flow, *provider.Person, error) {
	flow, err := f.provider.Flow(ctx, id, browser.Word)
	if err != nil {
		return provider.Flow{}, nil, err
	}
	who, err := Present(ctx, f.provider, browser)
	return flow, who, err
}

// Present returns the person who is logged in at the browser, nil for none.
func Present(ctx context.Context, p *provider.Service, browser Browser) (*provider.Person, error) {
	who, err := p.Person(ctx, browser.Token())
	if fault.Is(err, fault.TokenInvalid) {
		return nil, nil
	}
	return who, err
}

func (f flows) describe(ctx context.Context, flow provider.Flow, who *provider.Person) (state, error) {
	left, err := f.provider.Needs(ctx, flow, who)
	if err != nil {
		return state{}, err
	}
	client, err := f.provider.Client(ctx, flow.ClientID)
	if err != nil && !errors.Is(err, provider.ErrClient) { // a client that was removed has no name
		return state{}, err
	}
	said := state{
		Client: client.Name, Level: flow.Level, Needs: needs(left), Profile: HasScope(flow.Scopes, "profile"),
		Locales: append([]string{}, flow.Locales...), Code: http.StatusOK,
	}
	if who != nil {
		said.Person = &person{who.Member.Username, who.Member.Name, who.Member.Template != nil}
	}
	return said, nil
}

// HasScope reports whether the scope is among the scopes.
func HasScope(scopes []string, scope string) bool {
	for _, s := range scopes {
		if s == scope {
			return true
		}
	}
	return false
}

func (f flows) logIn(l LogIns, o LogOuts) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := SameSite(r.Request, Issuer(r.Request, f.settings.Issuer)); err != nil {
			return err
		}
		browser := BrowserOf(r.Request)
		flow, err := f.provider.Flow(r.Context(), r.Value("flow"), browser.Word)
		if err != nil {
			return err
		}
		earlier := browser.Token()
		browser.Secret = rand.Text()
		_, token, err := l.LogIn(r.Context(), strings.TrimSpace(r.Value("username")), r.Value("password"),
			member.Caller{Address: api.Address(r.Request), Client: useragent.Parse(r.UserAgent()), Token: browser.Token()})
		if err != nil {
			return err
		}
		_ = o.LogOut(r.Context(), earlier) // of an earlier log-in, if any, which this one replaces
		who, err := f.provider.Person(r.Context(), token)
		if err != nil {
			return err
		}
		said, err := f.describe(r.Context(), flow, who)
		if err != nil {
			return err
		}
		browser.Remember(w)
		return api.JSON(w, http.StatusOK, said)
	}
}

func (f flows) check(v Verifier) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		if err := SameSite(r.Request, Issuer(r.Request, f.settings.Issuer)); err != nil {
			return err
		}
		browser := BrowserOf(r.Request)
		if _, err := f.provider.Flow(r.Context(), r.Value("flow"), browser.Word); err != nil {
			return err
		}
		if _, err := f.provider.Person(r.Context(), browser.Token()); err != nil {
			return err
		}
		check := biometric.Check{Prove: true}
		var err error
		if check.Submission, err = authenticate.SubmissionFrom(r.Form); err != nil {
			return err
		}
		if check.Nonce, err = r.Form.Optional("nonce"); err != nil {
			return err
		}
		verdict, err := v.Verify(r.Context(), browser.Token(), check)
		if err != nil {
			return err
		}
		said := struct {
			Result string `json:"result"`
			Code   int    `json:"code"`
		}{"true", http.StatusOK}
		if !verdict.Accepted {
			said.Result, said.Code = "false", http.StatusBadRequest
		}
		return api.JSON(w, http.StatusOK, said)
	}
}

// act carries out the page's answer: it ends the flow, or makes a code for taking
// the next step on another device.
func (f flows) act(h handoff.Makes) api.Answer {
	return func(w http.ResponseWriter, r *api.Request) error {
		issuer := Issuer(r.Request, f.settings.Issuer)
		if err := SameSite(r.Request, issuer); err != nil {
			return err
		}
		if r.Value("answer") == "hand_off" {
			return f.handOff(w, r, h, issuer)
		}
		return f.end(w, r, issuer)
	}
}

// handOff makes a code for the session of the person who is logged in: an
// enrolment or check on the other device counts for the flow.
func (f flows) handOff(w http.ResponseWriter, r *api.Request, h handoff.Makes, issuer string) error {
	browser := BrowserOf(r.Request)
	_, who, err := f.current(r.Context(), r.Value("flow"), browser)
	if err != nil {
		return err
	}
	if who == nil {
		return fault.New(fault.StepMissing)
	}
	code, err := h.Make(r.Context(), browser.Token())
	if err != nil {
		return err
	}
	return handoff.Show(w, issuer+"/", code)
}

// end finishes or cancels the flow, and answers with the address where the
// browser goes on.
func (f flows) end(w http.ResponseWriter, r *api.Request, issuer string) error {
	browser := BrowserOf(r.Request)
	var location string
	switch r.Value("answer") {
	case "continue":
		who, err := Present(r.Context(), f.provider, browser)
		if err != nil {
			return err
		}
		flow, code, err := f.provider.Finish(r.Context(), r.Value("flow"), browser.Word, who)
		if err != nil {
			return err
		}
		location = Back(flow.RedirectURI, issuer, flow.State, "code", code)
	case "cancel":
		flow, err := f.provider.Cancel(r.Context(), r.Value("flow"), browser.Word)
		if err != nil {
			return err
		}
		location = Back(flow.RedirectURI, issuer, flow.State, "error", "access_denied")
	default:
		return fault.New(fault.FieldInvalid, "field", "answer")
	}
	return api.JSON(w, http.StatusOK, struct {
		Location string `json:"location"`
		Code     int    `json:"code"`
	}{location, http.StatusOK})
}

// Back returns the client's address with an answer: names and values, the state,
// and the issuer of the answer (RFC 9207).
func Back(uri, issuer, state string, pairs ...string) string {
	u, err := url.Parse(uri)
	if err != nil {
		return uri // a registered address is always valid
	}
	query := u.Query()
	for pair := range slices.Chunk(pairs, 2) {
		query.Set(pair[0], pair[1])
	}
	if state != "" {
		query.Set("state", state)
	}
	query.Set("iss", issuer)
	u.RawQuery = query.Encode()
	return u.String()
}
