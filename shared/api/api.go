// Package api is HTTP in and out: routes, bodies, answers, errors and their
// languages, and the reading of the token. It holds no rules about members or
// templates; their handlers are in the folders below.
//
// Every error that a handler returns is turned into a status, a sentence and a
// log line in one place (answer.go, words.go, log.go).
package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"systole/shared/fault"
	"systole/shared/measure"
)

// Handler answers a request, or returns the error to answer. A *fault.Error is
// answered with the words for its code, store.ErrUnavailable and an exceeded
// deadline with 503, any other error with 500.
type Handler func(w http.ResponseWriter, r *http.Request) error

// Route is a path with its handlers.
type Route struct {
	// Path has no trailing slash; requests may have one.
	Path string
	// Name stands for the path in logs and metrics, whose cost depends on the
	// number of names; empty for the path itself.
	Name string
	// Methods names the handlers. HEAD falls back to GET's, its body dropped:
	// give HEAD a handler of its own where GET changes anything.
	Methods map[string]Handler
	// Fields are the fields that can be refused as field_invalid, each with the
	// hint for that answer. The hint for other fields asks for text in UTF-8.
	Fields []Field
	// Files names the parts of a multipart body that are files, in any case. Such
	// bodies may have up to Settings.MaxFileBody.
	Files []string
}

// Field is a field of a body.
type Field struct {
	Name string
	Hint Sentence // what to send
}

// Settings are shared by all routes. The zero value works: it logs nothing,
// and no other origin may call.
type Settings struct {
	// Logger gets one line a request; nil: no log.
	Logger *slog.Logger
	// AllowOrigins are the origins whose pages may call (CORS), such as
	// "https://app.example.com", or "*" for all. Empty: no other origin.
	AllowOrigins []string
	// Endpoints are those of the whole service, if the routes are a part of it: a
	// function's Allow header and its answer to a preflight name the service's
	// methods, not only its own. Empty if the routes are the service.
	Endpoints []Endpoint
	// MetricsNamespace is the CloudWatch namespace of the metrics in the log's
	// lines; empty for no metrics.
	MetricsNamespace string
	// Now is the clock for the log; nil for time.Now.
	Now func() time.Time
	// MaxBody limits bodies without a file, in bytes; 0 for 64 KiB.
	MaxBody int64
	// MaxFileBody limits multipart bodies of routes with files, in bytes; 0
	// for 6 MiB.
	MaxFileBody int64
}

// Limits of a body where Settings leave them zero.
const (
	DefaultMaxBody     = 64 << 10
	DefaultMaxFileBody = 6 << 20
)

// New returns a handler for routes; those with the same path are merged. It
// answers both slash forms and never redirects.
func New(s Settings, routes ...Route) http.Handler {
	if s.Logger == nil {
		s.Logger = slog.New(slog.DiscardHandler)
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.MaxBody == 0 {
		s.MaxBody = DefaultMaxBody
	}
	if s.MaxFileBody == 0 {
		s.MaxFileBody = DefaultMaxFileBody
	}
	return &service{settings: s, routes: merge(routes, s.Endpoints)}
}

// service is the http.Handler that New returns.
type service struct {
	settings Settings
	routes   map[string]*route
	served   atomic.Bool // whether there was a request before
}

// route is a Route with everything known about its path.
type route struct {
	Route
	allow []string
}

func merge(routes []Route, endpoints []Endpoint) map[string]*route {
	merged := make(map[string]*route, len(routes))
	for _, in := range routes {
		out, ok := merged[in.Path]
		if !ok {
			out = &route{Route: Route{Path: in.Path, Name: in.Name, Methods: make(map[string]Handler, len(in.Methods))}}
			merged[in.Path] = out
		}
		out.Files = append(out.Files, in.Files...)
		out.Fields = append(out.Fields, in.Fields...)
		for method, h := range in.Methods {
			out.Methods[method] = h
		}
	}
	for _, r := range merged {
		r.allow = r.allowed(endpoints)
	}
	return merged
}

// methods lists the methods that can be answered, in the order of Allow.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// allowed lists the methods of the path: those of this program and of the whole
// service. HEAD comes with GET, OPTIONS with every path.
func (rt *route) allowed(endpoints []Endpoint) []string {
	served := []string{http.MethodOptions}
	for method := range rt.Methods {
		served = append(served, method)
	}
	for _, e := range endpoints {
		if e.Path == rt.Path {
			served = append(served, e.Methods...)
		}
	}
	if slices.Contains(served, http.MethodGet) {
		served = append(served, http.MethodHead)
	}
	return slices.DeleteFunc(slices.Clone(methods), func(m string) bool { return !slices.Contains(served, m) })
}

// exchange is the state of one request, carried by its context.
type exchange struct {
	limits limits
	fields []Field
	stack  []byte // where the handler panicked; nil when it did not
}

// limits bound a body in bytes and name the parts that are files.
type limits struct {
	body, fileBody int64
	files          []string
}

type exchangeKey struct{}

// ServeHTTP answers a request and logs one line about it.
func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := s.settings.Now()
	rt := s.routes[trimSlash(r.URL.Path)]
	x := &exchange{limits: s.limitsOf(rt)}
	if rt != nil {
		x.fields = rt.Fields
	}
	ctx, measured := measure.With(r.Context(), s.settings.Now)
	r = r.WithContext(context.WithValue(ctx, exchangeKey{}, x))

	out := &response{ResponseWriter: w, dropBody: r.Method == http.MethodHead}
	secure(out.Header())
	if id := requestID(r.Context()); id != "" {
		out.Header().Set("X-Request-Id", id)
	}
	s.share(out.Header(), r, rt)

	err := s.answer(out, r, rt, x)
	if err == nil && out.status == 0 {
		err = errors.New("the handler answered nothing")
	}
	if out.status == 0 {
		answerError(out, r, err)
	}
	gone := hungUp(r, err)
	if gone {
		out.status = statusCallerGone
	}
	s.log(r, rt, served{out.status, start, s.settings.Now().Sub(start), err, gone, x.stack, measured.All()})
}

// answer finds the handler and runs it; a panic comes back as an error.
func (s *service) answer(w http.ResponseWriter, r *http.Request, rt *route, x *exchange) (err error) {
	defer func() {
		if p := recover(); p != nil {
			x.stack = debug.Stack()
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	if rt == nil {
		return fault.New(fault.NotFound)
	}
	if r.Method == http.MethodOptions {
		w.Header().Set("Allow", strings.Join(rt.allow, ", "))
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	handler, ok := rt.Methods[r.Method]
	if !ok && r.Method == http.MethodHead {
		handler, ok = rt.Methods[http.MethodGet]
	}
	if !ok {
		w.Header().Set("Allow", strings.Join(rt.allow, ", "))
		return fault.New(fault.MethodNotAllowed)
	}
	return handler(w, r)
}

func (s *service) limitsOf(rt *route) limits {
	l := limits{body: s.settings.MaxBody, fileBody: s.settings.MaxBody}
	if rt != nil && len(rt.Files) > 0 {
		l.fileBody, l.files = s.settings.MaxFileBody, rt.Files
	}
	return l
}

// trimSlash removes one trailing slash: "/a/" is "/a", "/a//" is not.
func trimSlash(path string) string {
	return strings.TrimSuffix(path, "/")
}

// response records the status of the answer, and drops the body of an answer to
// HEAD, which the server below may not do.
type response struct {
	http.ResponseWriter
	status   int
	dropBody bool
}

func (w *response) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	if w.dropBody {
		return len(b), nil
	}
	return w.ResponseWriter.Write(b)
}
