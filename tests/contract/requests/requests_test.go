package requests

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"systole/infra/restapi"
	"systole/shared/aws/gateway"
	"systole/tests/support/fixture"
	"systole/tests/support/recordings"
)

const password = "tachy-cardia-7"

// service returns the whole service behind the conversion to a REST API's events.
func service(t *testing.T) http.Handler {
	t.Helper()
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	function := gateway.Proxy(fixture.Start(t, stores))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		event, err := restapi.Event(r)
		if err != nil {
			t.Errorf("%s: no event: %v", r.URL.Path, err)
			return
		}
		answer, err := function(r.Context(), event)
		if err != nil {
			t.Errorf("%s: no answer: %v", r.URL.Path, err)
			return
		}
		restapi.Write(w, r, answer)
	})
}

// wire returns the request as its bytes on the connection.
func (r request) wire(token string) []byte {
	method := "POST"
	if r.body == nil {
		method = "GET"
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: api.example.com\r\nContent-Length: %d\r\n", method, r.path, len(r.body))
	if r.token != "" {
		token = r.token
	}
	for _, line := range append(r.header, "Authorization: "+token) {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(r.body)
	return b.Bytes()
}

// answerTo sends the bytes and returns the status, and the refusal's word with
// its reason behind it.
func answerTo(t *testing.T, h http.Handler, wire []byte) (status int, word, body string) {
	t.Helper()
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(wire)))
	if err != nil {
		t.Fatal(err)
	}
	r.RemoteAddr = "192.0.2.7:4711"
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r.WithContext(t.Context()))
	var refusal struct{ Error, Reason string }
	if err := json.Unmarshal(w.Body.Bytes(), &refusal); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return w.Code, strings.TrimSpace(refusal.Error + " " + refusal.Reason), w.Body.String()
}

func TestRequestsOfRealClientsAreAnsweredAsTheyExpect(t *testing.T) {
	h := service(t)
	_, _, body := answerTo(t, h, request{path: signUp, header: []string{"Content-Type: application/json"},
		body: []byte(`{"username":"kim","name":"김","password":"` + password + `"}`)}.wire("x"))
	var member struct{ Token string }
	if err := json.Unmarshal([]byte(body), &member); err != nil || member.Token == "" {
		t.Fatal(body)
	}
	ecg := recordings.Enrolment(t, 1)
	var all []request
	for _, kind := range [][]request{withBoundary(ecg), withParts(ecg), withBodies(ecg), refusedFiles(ecg), tokens(member.Token), refusedLogIns(), logIns()} {
		all = append(all, kind...)
	}
	if len(all) < 120 {
		t.Errorf("only %d requests", len(all))
	}
	for _, r := range all {
		t.Run(r.name, func(t *testing.T) {
			status, word, body := answerTo(t, h, r.wire("Token "+member.Token))
			if status != r.status || word != r.word {
				t.Errorf("%s\n%s: answered %d %q, want %d %q\n%s", r.name, r.source, status, word, r.status, r.word, body)
			}
		})
	}
}
