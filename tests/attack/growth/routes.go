package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"sync/atomic"
	"time"

	"systole/infra/service"
	"systole/shared/biometric/protect"
	"systole/shared/ecg/parameters"
	"systole/shared/embedded"
	"systole/shared/member"
	"systole/shared/provider"
	"systole/shared/store"
	"systole/shared/store/storetest"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

// counter counts the calls that pass through to stores.
type counter struct{ n atomic.Int64 }

func (c *counter) stores(rows storetest.Store, objects store.Objects) service.Stores {
	hook := func(_ context.Context, _ string, call func() error) error {
		c.n.Add(1)
		return call()
	}
	hooked := &storetest.Hooked{Store: rows, Hook: hook}
	return service.Stores{Members: hooked, Sessions: hooked, Grants: hooked, Objects: &storetest.HookedObjects{Objects: objects, Hook: hook}}
}

func (c *counter) take() int { return int(c.n.Swap(0)) }

// route is the cost of a request: the median of several.
type route struct {
	name        string
	calls       int
	took        time.Duration
	allocatedKB float64
}

// repeated is the number of requests to each route.
const repeated = 9

// routes measures each route with members of few rows, and then those that read most
// with a member whose rows are at their fullest.
func routes(ctx context.Context, rows *embedded.Store, objects store.Objects) (plain, fullest []route, err error) {
	ring, err := protect.NewRing(rand.Text() + rand.Text())
	if err != nil {
		return nil, nil, err
	}
	count := new(counter)
	stores := count.stores(rows, objects)
	stores.Keys = ring
	settings, err := fixture.Settings()
	if err != nil {
		return nil, nil, err
	}
	enrolment, err := recordings.Read(1, "enrolment")
	if err != nil {
		return nil, nil, err
	}
	probe, err := recordings.Read(1, "probe")
	if err != nil {
		return nil, nil, err
	}
	again, err := recordings.ReadExcerpt("person01_rec3_12s.csv")
	if err != nil {
		return nil, nil, err
	}
	other, err := recordings.Read(2, "probe")
	if err != nil {
		return nil, nil, err
	}
	if settings.Clients, err = provider.ParseClients(fmt.Sprintf(registration, sha256.Sum256([]byte(secret)))); err != nil {
		return nil, nil, err
	}
	uploads := new(presigner)
	stores.Uploads = uploads
	p := &person{ctx: ctx, objects: objects, uploads: uploads, count: count, taken: map[string][]route{}}
	p.handler = fixture.New(settings, stores, func() time.Time { return time.Now().Add(-p.behind) })
	word := rand.Text()[:8]
	for i := range repeated {
		name := fmt.Sprintf("grown-%s-%d", word, i)
		p.session(name, enrolment, probe, again, other)
	}
	if p.err != nil {
		return nil, nil, p.err
	}
	plain = p.medians()
	p.taken, p.order = map[string][]route{}, nil
	for i := range 3 {
		if err := p.full(rows, fmt.Sprintf("full-%s-%d", word, i), enrolment, probe); err != nil {
			return nil, nil, err
		}
	}
	return plain, p.medians(), p.err
}

// person sends the requests.
type person struct {
	ctx     context.Context
	handler http.Handler
	objects store.Objects
	uploads *presigner
	behind  time.Duration // the service's clock lags by
	count   *counter
	token   string
	taken   map[string][]route
	order   []string
	err     error
}

// ask sends a request and records its cost; an empty name records nothing.
func (p *person) ask(name string, r fixture.Request) (body map[string]any) {
	r.Token = p.token
	p.measure(name, func() (status int) {
		a := fixture.Send(p.ctx, p.handler, r)
		if issued, ok := a.Body["token"].(string); ok {
			p.token = issued
		}
		body = a.Body
		return a.Status
	})
	return body
}

// measure records the cost of the request that send sends.
func (p *person) measure(name string, send func() (status int)) {
	if p.err != nil {
		return
	}
	var before, after runtime.MemStats
	p.count.take()
	runtime.ReadMemStats(&before)
	began := time.Now()
	status := send()
	took := time.Since(began)
	runtime.ReadMemStats(&after)
	if status >= http.StatusBadRequest {
		p.err = fmt.Errorf("%s: status %d", name, status)
		return
	}
	if name == "" {
		return
	}
	if p.taken[name] == nil {
		p.order = append(p.order, name)
	}
	p.taken[name] = append(p.taken[name], route{name, p.count.take(), took, float64(after.TotalAlloc-before.TotalAlloc) / 1e3})
}

func (p *person) signUp(name string) {
	p.token = ""
	p.ask("sign-up", form("POST", "/members/create/", "username="+name+"&password=tachy-cardia!&name=n"))
}

func (p *person) session(name string, enrolment, probe, again, other []byte) {
	p.behind = 13 * time.Hour // the day of enrolment is over then
	p.signUp(name)
	p.ask("log-in", form("POST", "/members/login/", "username="+name+"&password=tachy-cardia!"))
	p.ask("give consent", form("POST", "/members/consent/", "version="+member.ConsentVersion))
	p.ask("make a model", fixture.Request{Method: "POST", Path: "/authenticate/make_model/", File: enrolment})
	p.behind = 0
	p.ask("", form("POST", "/members/login/", "username="+name+"&password=tachy-cardia!"))
	p.ask("has a model", form("GET", "/authenticate/check_user/", ""))
	p.ask("check", fixture.Request{Method: "POST", Path: "/authenticate/check_user/", File: probe})
	p.ask("add a day", fixture.Request{Method: "POST", Path: "/authenticate/make_model/", File: again, Fields: []string{"mode", "add"}})
	p.ask("challenge", form("POST", "/authenticate/challenge/", ""))
	p.upload(other)
	p.handOff()
	p.openID(name)
	p.ask("sessions", form("GET", "/members/sessions/", ""))
	p.ask("activity", form("GET", "/members/activity/", ""))
	p.ask("export", form("GET", "/members/me/export/", ""))
	p.ask("delete the model", form("DELETE", "/authenticate/model/", ""))
	p.ask("change the password", form("POST", "/members/password/", "password=tachy-cardia!&new_password=brady-cardia!"))
	p.ask("", form("POST", "/members/login/", "username="+name+"&password=brady-cardia!"))
	p.recover(name)
	p.ask("log-out", form("POST", "/members/logout/", ""))
	p.ask("", form("POST", "/members/login/", "username="+name+"&password=brady-cardia!"))
	p.ask("delete the account", form("DELETE", "/members/me/", "password=brady-cardia!"))
}

func form(method, path, body string) fixture.Request {
	return fixture.Request{Method: method, Path: path, Form: body}
}

// Rows at their fullest: sessions up to the limit of a member, digests up to the
// number that is archived, networks and uploads up to their bounds, and three years
// of activity.
const (
	fullSessions = 9 // the log-in below is the tenth
	fullDigests  = 31
	fullNetworks = 11
	fullActivity = 1100
	fullDays     = parameters.MaxDays
)

func (p *person) full(rows *embedded.Store, name string, enrolment, probe []byte) error {
	if p.signUp(name); p.err != nil {
		return p.err
	}
	m, err := rows.Member(p.ctx, name)
	if err != nil {
		return err
	}
	now := time.Now()
	for range fullSessions {
		s := store.Session{Username: name, PK: m.PK, Issued: now.Add(-time.Hour), Used: now, Expires: now.Add(time.Hour), ValidFrom: m.TokensValidFrom, Due: now.Add(time.Hour)}
		rand.Read(s.ID[:])
		if err := rows.CreateSession(p.ctx, s, store.Event{Kind: "logged_in", At: now, Expires: now.Add(24 * time.Hour)}, nil); err != nil {
			return err
		}
	}
	for i := range fullNetworks {
		if err := rows.RecordNetwork(p.ctx, name, m.PK, fmt.Sprintf("%032x", i), now, nil); err != nil {
			return err
		}
	}
	err = atOnce(256, 0, fullActivity, func(i int) error {
		e := store.Event{Kind: "recognised", At: now.Add(-time.Duration(i) * 24 * time.Hour), Expires: now.Add(24 * time.Hour)}
		return rows.Note(p.ctx, name, e)
	})
	if err != nil {
		return err
	}
	p.ask("log-in", form("POST", "/members/login/", "username="+name+"&password=tachy-cardia!"))
	p.behind = fullDays * 13 * time.Hour
	p.ask("", form("POST", "/members/login/", "username="+name+"&password=tachy-cardia!"))
	p.ask("make a model", fixture.Request{Method: "POST", Path: "/authenticate/make_model/", File: enrolment})
	for day := 1; day < fullDays; day++ {
		file, err := recordings.Read(1+day, "enrolment") // another person's costs the same
		if err != nil {
			return err
		}
		p.behind -= 13 * time.Hour
		p.ask("", form("POST", "/members/login/", "username="+name+"&password=tachy-cardia!"))
		p.ask("add a day", fixture.Request{Method: "POST", Path: "/authenticate/make_model/", File: file, Fields: []string{"mode", "add"}})
	}
	p.behind = 0
	session := store.Session{Username: name, PK: m.PK, ValidFrom: m.TokensValidFrom}
	for i := range fullDigests {
		digest := make([]byte, 1500)
		rand.Read(digest)
		if err := rows.RememberProbe(p.ctx, session, fmt.Sprintf("%032x", i), digest); err != nil {
			return err
		}
	}
	p.ask("has a model", form("GET", "/authenticate/check_user/", ""))
	p.ask("check", fixture.Request{Method: "POST", Path: "/authenticate/check_user/", File: probe})
	p.ask("sessions", form("GET", "/members/sessions/", ""))
	p.ask("activity", form("GET", "/members/activity/", ""))
	p.ask("export", form("GET", "/members/me/export/", ""))
	p.ask("delete the account", form("DELETE", "/members/me/", "password=tachy-cardia!"))
	return p.err
}

func (p *person) medians() (all []route) {
	for _, name := range p.order {
		of := p.taken[name]
		slices.SortFunc(of, func(a, b route) int { return int(a.took - b.took) })
		m := of[len(of)/2]
		slices.SortFunc(of, func(a, b route) int { return int(a.allocatedKB - b.allocatedKB) })
		m.allocatedKB = of[len(of)/2].allocatedKB
		slices.SortFunc(of, func(a, b route) int { return a.calls - b.calls })
		m.calls = of[len(of)/2].calls
		all = append(all, m)
	}
	return all
}
