package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// answering returns a handler that answers with the method it is for.
func answering(method string) Handler {
	return func(w http.ResponseWriter, _ *http.Request) error {
		return JSON(w, http.StatusOK, map[string]string{"served": method})
	}
}

func failing(err error) Handler {
	return func(http.ResponseWriter, *http.Request) error { return err }
}

func serve(h http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/", nil)
	r.URL.Path = path
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestRoutes(t *testing.T) {
	h := New(Settings{Endpoints: []Endpoint{{PathMakeModel, []string{"POST"}}}},
		Route{Path: PathCheckUser, Methods: map[string]Handler{"GET": answering("GET")}},
		Route{Path: PathCheckUser, Methods: map[string]Handler{"POST": answering("POST")}},
		Route{Path: PathMakeModel, Methods: map[string]Handler{}},
		Route{Path: "/console", Methods: map[string]Handler{"GET": answering("GET")}},
	)
	const checkAllow = "GET, HEAD, POST, OPTIONS"
	tests := []struct {
		method, path string
		status       int
		allow, body  string
	}{
		{"GET", "/authenticate/check_user", 200, "", `{"served":"GET"}`},
		{"GET", "/authenticate/check_user/", 200, "", `{"served":"GET"}`},
		{"POST", "/authenticate/check_user/", 200, "", `{"served":"POST"}`},
		{"HEAD", "/authenticate/check_user/", 200, "", ""},
		{"OPTIONS", "/authenticate/check_user/", 204, checkAllow, ""},
		{"PUT", "/authenticate/check_user/", 405, checkAllow, "method_not_allowed"},
		{"get", "/authenticate/check_user/", 405, checkAllow, "method_not_allowed"},
		{"DELETE", "/authenticate/make_model", 405, "POST, OPTIONS", "method_not_allowed"},
		{"POST", "/console", 405, "GET, HEAD, OPTIONS", "method_not_allowed"},
		{"GET", "/authenticate/check_user//", 404, "", "not_found"},
		{"GET", "//authenticate/check_user", 404, "", "not_found"},
		{"GET", "/authenticate//check_user", 404, "", "not_found"},
		{"GET", "/authenticate/./check_user", 404, "", "not_found"},
		{"GET", "/AUTHENTICATE/check_user", 404, "", "not_found"},
		{"OPTIONS", "/nowhere", 404, "", "not_found"},
		{"GET", "/", 404, "", "not_found"},
		{"GET", "", 404, "", "not_found"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.path, func(t *testing.T) {
			w := serve(h, tt.method, tt.path)
			if w.Code != tt.status || w.Header().Get("Allow") != tt.allow || !strings.Contains(w.Body.String(), tt.body) {
				t.Errorf("%d, Allow %q, body %s", w.Code, w.Header().Get("Allow"), w.Body)
			}
			if (tt.body == "") != (w.Body.Len() == 0) {
				t.Errorf("body %q", w.Body)
			}
		})
	}
}

func TestErrorsAreAnswered(t *testing.T) {
	tests := []struct {
		name   string
		err    error
		status int
		header map[string]string
		body   string
	}{
		{"refusal with a parameter", fault.New(fault.FieldMissing, "field", "name"), 400, nil,
			`{"code":400,"detail":"A required field is missing: name. Send it with a value.","error":"field_missing","field":"name"}`},
		{"wrapped refusal", fmt.Errorf("op: %w", fault.New(fault.UsernameTaken)), 409, nil,
			`{"code":409,"detail":"This user name is taken. Please choose another one.","error":"username_taken"}`},
		{"parameter named like a field of the answer", fault.New(fault.UsernameTaken, "code", "x", "detail", "y"), 409, nil,
			`{"code":409,"detail":"This user name is taken. Please choose another one.","error":"username_taken"}`},
		{"parameter that JSON can't say", fault.New(fault.Noisy, "level", make(chan int)), 422, nil,
			`{"code":422,"detail":"There is too much noise. Relax your arms, sit still and record again.","error":"noisy"}`},
		{"token", fault.New(fault.TokenInvalid), 401, map[string]string{"WWW-Authenticate": "Token"},
			`{"code":401,"detail":"The token is not valid or has expired. Please log in again.","error":"token_invalid"}`},
		{"wait of another refusal", fault.New(fault.TooManyLogIns, "seconds", 3).After(3 * time.Second), 429, map[string]string{"Retry-After": "3"},
			`{"code":429,"detail":"Several log-ins failed. Please try again in 3 seconds.","error":"too_many_log_ins","seconds":3}`},
		{"wait as asked", fault.New(fault.Unavailable).After(2500 * time.Millisecond), 503, map[string]string{"Retry-After": "3"}, unavailableBody},
		{"store that is down", fmt.Errorf("op: %w", store.ErrUnavailable), 503, map[string]string{"Retry-After": "2"}, unavailableBody},
		{"deadline", fmt.Errorf("op: %w", context.DeadlineExceeded), 503, map[string]string{"Retry-After": "2"}, unavailableBody},
		{"caller gone", context.Canceled, 503, map[string]string{"Retry-After": "2"}, unavailableBody},
		{"anything else", errors.New("secret cause"), 500, nil, internalBody},
		{"code without words", fault.New("made_up"), 500, nil, internalBody},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": failing(tt.err)}})
			w := serve(h, "GET", "/x", "Accept-Language", "en")
			if got := strings.TrimSpace(w.Body.String()); w.Code != tt.status || got != tt.body {
				t.Errorf("%d %s\nwant %d %s", w.Code, got, tt.status, tt.body)
			}
			for _, name := range []string{"WWW-Authenticate", "Retry-After"} {
				if got := w.Header().Get(name); got != tt.header[name] {
					t.Errorf("%s %q, want %q", name, got, tt.header[name])
				}
			}
		})
	}
}

const (
	unavailableBody = `{"code":503,"detail":"The service is not available right now. Please try again in a moment.","error":"unavailable"}`
	internalBody    = `{"code":500,"detail":"Something went wrong on our side. Please try again later.","error":"internal"}`
)

func TestPanicsAndSilenceAreInternalErrors(t *testing.T) {
	handlers := map[string]Handler{
		"panic":   func(http.ResponseWriter, *http.Request) error { panic("secret") },
		"silence": func(http.ResponseWriter, *http.Request) error { return nil },
	}
	for name, handler := range handlers {
		w := serve(New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": handler}}), "GET", "/x", "Accept-Language", "en")
		if got := strings.TrimSpace(w.Body.String()); w.Code != 500 || got != internalBody {
			t.Errorf("%s: %d %s", name, w.Code, got)
		}
	}
}

func TestEveryAnswerIsGuarded(t *testing.T) {
	h := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": answering("GET"), "POST": failing(errors.New("x"))}})
	want := map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      "default-src 'none'; frame-ancestors 'none'",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"Strict-Transport-Security":    "max-age=31536000; includeSubDomains",
		"Vary":                         "Accept-Language",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
		"Access-Control-Allow-Origin":  "",
		"Location":                     "",
	}
	for _, request := range [][2]string{{"GET", "/x"}, {"HEAD", "/x"}, {"OPTIONS", "/x"}, {"POST", "/x"}, {"PUT", "/x"}, {"GET", "/y"}, {"GET", "//x"}} {
		w := serve(h, request[0], request[1], "Origin", "https://app.example.com", "Access-Control-Request-Method", "POST")
		for name, value := range want {
			if got := w.Header().Get(name); got != value {
				t.Errorf("%v: %s %q, want %q", request, name, got, value)
			}
		}
		if w.Body.Len() > 0 && w.Header().Get("Content-Type") != "application/json; charset=utf-8" {
			t.Errorf("%v: Content-Type %q", request, w.Header().Get("Content-Type"))
		}
	}
}

func TestCORS(t *testing.T) {
	const app = "https://app.example.com"
	route := Route{Path: PathLogOut, Methods: map[string]Handler{"GET": failing(fault.New(fault.TokenMissing))}}
	whole := []Endpoint{{PathLogOut, []string{"GET", "POST"}}}
	preflight := []string{"Access-Control-Request-Method", "GET", "Access-Control-Request-Headers", "authorization"}
	tests := []struct {
		name    string
		origins []string
		method  string
		header  []string
		status  int
		want    map[string]string
	}{
		{"closed", nil, "GET", []string{"Origin", app}, 401, nil},
		{"closed preflight", nil, "OPTIONS", append(preflight, "Origin", app), 204, nil},
		{"allowed", []string{app}, "GET", []string{"Origin", app}, 401,
			map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Expose-Headers": "Content-Language, Retry-After, X-Request-Id"}},
		{"allowed preflight", []string{"https://b.example.com", app}, "OPTIONS", append(preflight, "Origin", app), 204,
			map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Allow-Methods": "GET, HEAD, POST, OPTIONS",
				"Access-Control-Allow-Headers": "Authorization, Content-Type, Accept-Language", "Access-Control-Max-Age": "600"}},
		{"another origin", []string{app}, "GET", []string{"Origin", "https://evil.example.com"}, 401, nil},
		{"an origin that starts alike", []string{app}, "OPTIONS", append(preflight, "Origin", app+".evil.com"), 204, nil},
		{"no origin", []string{app}, "GET", nil, 401, nil},
		{"no origin where any is allowed", []string{"*"}, "GET", nil, 401, nil},
		{"OPTIONS that is no preflight", []string{app}, "OPTIONS", []string{"Origin", app}, 204,
			map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Expose-Headers": "Content-Language, Retry-After, X-Request-Id"}},
		{"a preflight's header elsewhere", []string{app}, "GET", append(preflight, "Origin", app), 401,
			map[string]string{"Access-Control-Allow-Origin": app, "Access-Control-Expose-Headers": "Content-Language, Retry-After, X-Request-Id"}},
		{"any origin", []string{"*"}, "GET", []string{"Origin", "null"}, 401,
			map[string]string{"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": "Content-Language, Retry-After, X-Request-Id"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := serve(New(Settings{AllowOrigins: tt.origins, Endpoints: whole}, route), tt.method, PathLogOut, tt.header...)
			got := map[string]string{}
			for name := range w.Header() {
				if strings.HasPrefix(name, "Access-Control-") {
					got[name] = w.Header().Get(name)
				}
			}
			if w.Code != tt.status || !reflect.DeepEqual(got, tt.want) && len(got)+len(tt.want) > 0 {
				t.Errorf("%d %v\nwant %d %v", w.Code, got, tt.status, tt.want)
			}
			if varies := strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Origin"); varies != (tt.origins != nil) {
				t.Errorf("Vary %q", w.Header().Values("Vary"))
			}
		})
	}
}

func TestOneLineARequest(t *testing.T) {
	var out bytes.Buffer
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	now := func() time.Time { at = at.Add(1500 * time.Microsecond); return at }
	h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil)), Now: now},
		Route{Path: PathLogIn, Methods: map[string]Handler{
			"GET":  answering("GET"),
			"POST": failing(fault.New(fault.CredentialsInvalid).Because(errors.New("not for the log"))),
			"PUT":  failing(fmt.Errorf("read member: %w", store.ErrUnavailable)),
		}})
	tests := []struct {
		method, path string
		want         map[string]any
	}{
		{"GET", PathLogIn + "/", map[string]any{"level": "INFO", "method": "GET", "route": PathLogIn, "status": 200.0}},
		{"POST", PathLogIn, map[string]any{"level": "INFO", "method": "POST", "route": PathLogIn, "status": 401.0, "error": "credentials_invalid"}},
		{"PUT", PathLogIn, map[string]any{"level": "ERROR", "method": "PUT", "route": PathLogIn, "status": 503.0, "error": "unavailable", "cause": "read member: store unavailable"}},
		{"BREW", "/secret-path", map[string]any{"level": "INFO", "method": "other", "route": "none", "status": 404.0, "error": "not_found"}},
	}
	for _, tt := range tests {
		out.Reset()
		r := httptest.NewRequest(tt.method, tt.path+"?secret=query", strings.NewReader("secret body"))
		r.Header.Set("Authorization", "Token secret")
		r.RemoteAddr = "192.0.2.7:1234"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r.WithContext(WithRequestID(r.Context(), "id-1")))
		if got := w.Header().Get("X-Request-Id"); got != "id-1" {
			t.Errorf("the answer's request id is %q", got)
		}
		if strings.Contains(out.String(), "secret") {
			t.Errorf("secret in the log: %s", out.String())
		}
		var got map[string]any
		if err := json.Unmarshal(out.Bytes(), &got); err != nil {
			t.Fatalf("%v in %s", err, out.String())
		}
		delete(got, "time")
		tt.want["msg"], tt.want["ms"], tt.want["request_id"], tt.want["ip"] = "request", 1.5, "id-1", "192.0.2.7"
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("got  %v\nwant %v", got, tt.want)
		}
	}
}

func TestAPreflightOfNowhereIsAnswered404(t *testing.T) {
	w := serve(New(Settings{AllowOrigins: []string{"*"}}), "OPTIONS", "/nowhere", "Origin", "https://a.example", "Access-Control-Request-Method", "GET")
	if w.Code != 404 || w.Header().Get("Access-Control-Allow-Methods") != "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

// An error after an answer is not added to the answer, and is logged as the
// service's fault.
func TestAnErrorBehindAnAnswerIsLoggedOnly(t *testing.T) {
	for _, tt := range []struct {
		status int
		err    error
		want   string
	}{
		{200, errors.New("boom"), "ERROR 200 internal boom"},
		{502, fault.New(fault.NoModel), "ERROR 502 no_model no_model"},
		{500, fault.New(fault.NoModel), "ERROR 500 no_model no_model"},
		{499, fault.New(fault.NoModel), "INFO 499 no_model "},
		{200, nil, "INFO 200  "},
	} {
		var out bytes.Buffer
		h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil))}, Route{Path: "/x", Methods: map[string]Handler{"GET": func(w http.ResponseWriter, _ *http.Request) error {
			w.WriteHeader(tt.status)
			_, err := w.Write([]byte("said"))
			return errors.Join(tt.err, err)
		}}})
		r := httptest.NewRequest("GET", "/x", nil)
		r.RemoteAddr = "unknown"
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var line struct {
			Level, Error, Cause string
			Status              int
			IP                  *string
		}
		if err := json.Unmarshal(out.Bytes(), &line); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprint(line.Level, " ", line.Status, " ", line.Error, " ", line.Cause); got != tt.want || w.Body.String() != "said" || w.Code != tt.status {
			t.Errorf("%s, want %s; %d %s", got, tt.want, w.Code, w.Body)
		}
		if line.IP != nil || w.Header()["X-Request-Id"] != nil {
			t.Errorf("what isn't known is told: ip %v, header %v", line.IP, w.Header())
		}
	}
}

func TestABodyAloneIsAnAnswer(t *testing.T) {
	h := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": func(w http.ResponseWriter, _ *http.Request) error {
		_, err := w.Write([]byte("said"))
		return err
	}}})
	if w := serve(h, "GET", "/x"); w.Code != 200 || w.Body.String() != "said" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestHEADHasAHandlerOfItsOwnWhereThereIsOne(t *testing.T) {
	says := func(method string) Handler {
		return func(w http.ResponseWriter, _ *http.Request) error {
			w.Header().Set("X-Handler", method)
			return JSON(w, http.StatusOK, nil)
		}
	}
	own := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": says("GET"), "HEAD": says("HEAD")}})
	other := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": says("GET")}})
	if got := serve(own, "HEAD", "/x").Header().Get("X-Handler") + serve(other, "HEAD", "/x").Header().Get("X-Handler"); got != "HEADGET" {
		t.Error(got)
	}
}

func TestAGatewayRefusesAsTheServiceDoes(t *testing.T) {
	w := httptest.NewRecorder()
	Refuse(w, httptest.NewRequest("GET", "/x", nil), fault.New(fault.NotFound))
	if w.Code != 404 || w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Content-Language") != "ko" || !strings.Contains(w.Body.String(), "not_found") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestACallerWhoHangsUpIsNoErrorOfOurs(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	late, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	slots := parallel.NewSlots(1)
	if _, ok := slots.TryEnter(); !ok {
		t.Fatal("no slot")
	}
	waiting := func(_ http.ResponseWriter, r *http.Request) error {
		_, err := slots.Enter(r.Context())
		return fault.New(fault.Unavailable).Because(fmt.Errorf("hash: %w", err))
	}
	failing := failing(fmt.Errorf("read member: %w", store.ErrUnavailable))
	givingUp := func(http.ResponseWriter, *http.Request) error {
		return fmt.Errorf("read member: %w", context.Canceled)
	}
	tests := []struct {
		name    string
		context context.Context
		handler Handler
		want    string
	}{
		{"hangs up while a password waits for its hash", ended, waiting, "INFO 499 caller_gone"},
		{"waits until the time is up", late, waiting, "ERROR 503 unavailable"},
		{"hangs up while a store fails by itself", ended, failing, "ERROR 503 unavailable"},
		{"is there, while the service gives up a call", t.Context(), givingUp, "ERROR 503 unavailable"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil)), MetricsNamespace: "n"},
				Route{Path: "/x", Methods: map[string]Handler{"GET": tt.handler}})
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/x", nil).WithContext(tt.context))
			var line struct {
				Level, Error string
				Status       int
				Refusals     int
			}
			if err := json.Unmarshal(out.Bytes(), &line); err != nil {
				t.Fatalf("%v in %s", err, out.String())
			}
			if got := fmt.Sprintln(line.Level, line.Status, line.Error); got != tt.want+"\n" || (line.Refusals == 0) != (line.Status == 499) {
				t.Errorf("got %+v, want %s", line, tt.want)
			}
		})
	}
}

func TestAPanicIsLoggedWithItsStack(t *testing.T) {
	var out bytes.Buffer
	h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil))},
		Route{Path: "/x", Methods: map[string]Handler{"GET": func(http.ResponseWriter, *http.Request) error { panic("boom") }}})
	serve(h, "GET", "/x")
	var line struct{ Level, Error, Cause, Stack string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if line.Level != "ERROR" || line.Error != "internal" || line.Cause != "panic: boom" || !strings.Contains(line.Stack, "api_test.go") {
		t.Errorf("%+v", line)
	}
}

func TestAHandlerThatAnswersNothingIsOurError(t *testing.T) {
	var out bytes.Buffer
	h := New(Settings{Logger: slog.New(slog.NewJSONHandler(&out, nil))},
		Route{Path: "/x", Methods: map[string]Handler{"GET": func(http.ResponseWriter, *http.Request) error { return nil }}})
	serve(h, "GET", "/x")
	var line struct{ Level, Error, Cause string }
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Level != "ERROR" || line.Error != "internal" || line.Cause != "the handler answered nothing" {
		t.Errorf("%+v, %v", line, err)
	}
}

func TestRequestIDsAreWords(t *testing.T) {
	for id, want := range map[string]string{"a-1_b.C": "a-1_b.C", "": "", "a b": "", "a\n": "", strings.Repeat("a", 65): "", "한": ""} {
		if got := requestID(WithRequestID(t.Context(), id)); got != want {
			t.Errorf("%q became %q, want %q", id, got, want)
		}
	}
}

func TestPrefetched(t *testing.T) {
	tests := []struct {
		name, value string
		want        bool
	}{
		{"Purpose", "prefetch", true},
		{"Sec-Purpose", "prefetch;prerender", true},
		{"Sec-Purpose", "Prefetch", true},
		{"Sec-Purpose", "prerender", true},
		{"X-Moz", "prefetch", true},
		{"X-Purpose", "preview", true},
		{"Purpose", "", false},
		{"Accept", "prefetch", false},
	}
	for _, tt := range tests {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set(tt.name, tt.value)
		if got := Prefetched(r); got != tt.want {
			t.Errorf("%s: %s is %v, want %v", tt.name, tt.value, got, tt.want)
		}
	}
}

func TestDetailIsInTheLanguageAskedFor(t *testing.T) {
	h := New(Settings{}, Route{Path: "/x", Methods: map[string]Handler{"GET": func(w http.ResponseWriter, r *http.Request) error {
		return Detail(w, r, LoggedOut)
	}}})
	for header, want := range map[string][2]string{
		"":             {"ko", `{"detail":"로그아웃 되었습니다."}`},
		"en-GB,ko;q=0": {"en", `{"detail":"You are logged out."}`},
	} {
		w := serve(h, "GET", "/x", "Accept-Language", header)
		got := [2]string{w.Header().Get("Content-Language"), strings.TrimSpace(w.Body.String())}
		if got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
