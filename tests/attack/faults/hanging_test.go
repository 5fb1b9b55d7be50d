package faults

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
	"systole/tests/support/servers"
)

// If the tables accept connections and never answer, every route that needs one
// gives up by itself, asks for a short wait, and says that the fault is not the
// caller's.
func TestTablesThatHangAreAnsweredWith503(t *testing.T) {
	hanging := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body) // a server notices that its caller has gone only after reading the body
		<-r.Context().Done()
	}))
	defer hanging.Close()
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	tables := dynamo.New(client.Tables(servers.Config(t)), &hanging.URL, servers.Tables())
	stores.Members, stores.Sessions, stores.Grants = tables, tables, tables
	handler := fixture.Start(t, stores)
	const token = "9c9d0cb77f952e9b577094ee2d5aea82f18b1985"
	form := func(method, path, body string) fixture.Request {
		return fixture.Request{Method: method, Path: path, Token: token, Form: body}
	}
	var all sync.WaitGroup
	for _, r := range []fixture.Request{
		{Method: "POST", Path: "/members/create/", Form: "username=hong&password=tachy-cardia!&name=n"},
		{Method: "POST", Path: "/members/login/", Form: "username=hong&password=tachy-cardia!"},
		{Method: "POST", Path: "/members/recover/", Form: "username=hong&recovery_code=abcd-efgh-jkmn-pqrs&new_password=tachy-cardia!"},
		form("GET", "/authenticate/check_user/", ""),
		{Method: "POST", Path: "/authenticate/check_user/", Token: token, File: recordings.Probe(t, 1)},
		{Method: "POST", Path: "/authenticate/make_model/", Token: token, File: recordings.Enrolment(t, 1)},
		form("GET", "/authenticate/get_model/", ""),
		form("DELETE", "/authenticate/model/", ""),
		form("POST", "/authenticate/challenge/", ""),
		form("POST", "/authenticate/uploads/", "size=1000"),
		form("GET", "/members/sessions/", ""),
		form("GET", "/members/activity/", ""),
		form("GET", "/members/me/export/", ""),
		form("DELETE", "/members/me/", "password=tachy-cardia!"),
		form("POST", "/members/password/", "password=tachy-cardia!&new_password=brady-cardia!"),
		form("POST", "/members/logout/", ""),
	} {
		all.Go(func() {
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r.HTTP(t.Context())) // a context without a deadline
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s %s: %d, Retry-After %q, %s", r.Method, r.Path, w.Code, w.Header().Get("Retry-After"), w.Body)
			}
		})
	}
	all.Wait()
}
