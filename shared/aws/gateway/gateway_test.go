package gateway

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/api"
)

// seen is the request as a handler received it.
type seen struct {
	Method, Path, RawQuery, Host, RemoteAddr, Body string
	Cookies                                        []string
}

func recorder(t *testing.T, got *seen) http.Handler {
	t.Helper()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = []byte("unreadable")
		}
		*got = seen{r.Method, r.URL.Path, r.URL.RawQuery, r.Host, r.RemoteAddr, string(body), r.Header.Values("Cookie")}
		w.WriteHeader(http.StatusNoContent)
	})
}

func TestEventsReachTheHandler(t *testing.T) {
	everyByte := make([]byte, 256)
	for i := range everyByte {
		everyByte[i] = byte(i)
	}
	tests := []struct {
		name  string
		event events.APIGatewayProxyRequest
		want  seen
	}{
		{"empty", events.APIGatewayProxyRequest{}, seen{Method: "INVALID", Path: "/"}},
		{"slash kept", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a/"}, seen{Method: "GET", Path: "/a/"}},
		{"two slashes", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "//a"}, seen{Method: "GET", Path: "//a"}},
		{"path without a slash", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "a"}, seen{Method: "GET", Path: "/a"}},
		{"path with syntax in it", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a?b#c%zz d한\x00"}, seen{Method: "GET", Path: "/a?b#c%zz d한\x00"}},
		{"method that is none", events.APIGatewayProxyRequest{HTTPMethod: "PO ST", Path: "/a"}, seen{Method: "INVALID", Path: "/a"}},
		{"domain that is none", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a",
			Headers:        map[string]string{"Host": "api.example.com"},
			RequestContext: events.APIGatewayProxyRequestContext{DomainName: "not a host%%"}},
			seen{Method: "GET", Path: "/a", Host: "api.example.com"}},
		{"query", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a", QueryStringParameters: map[string]string{"q": "1&2 %"}},
			seen{Method: "GET", Path: "/a", RawQuery: "q=1%262+%25"}},
		{"several headers of one name", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a",
			MultiValueHeaders: map[string][]string{"cookie": {"a=1", "b=2"}}},
			seen{Method: "GET", Path: "/a", Cookies: []string{"a=1", "b=2"}}},
		{"source address", events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/a",
			RequestContext: events.APIGatewayProxyRequestContext{Identity: events.APIGatewayRequestIdentity{SourceIP: "192.0.2.7"}}},
			seen{Method: "GET", Path: "/a", RemoteAddr: "192.0.2.7"}},
		{"text body", events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/a", Body: "한=1"}, seen{Method: "POST", Path: "/a", Body: "한=1"}},
		{"binary body", events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/a", IsBase64Encoded: true,
			Body: base64.StdEncoding.EncodeToString(everyByte)},
			seen{Method: "POST", Path: "/a", Body: string(everyByte)}},
		{"body that is no base64", events.APIGatewayProxyRequest{HTTPMethod: "POST", Path: "/a", IsBase64Encoded: true, Body: "QUJD*"},
			seen{Method: "POST", Path: "/a", Body: "unreadable"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got seen
			answer, err := Proxy(recorder(t, &got))(t.Context(), tt.event)
			if err != nil || answer.StatusCode != http.StatusNoContent {
				t.Fatalf("answer %+v, %v", answer, err)
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got  %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestTheRequestEndsBeforeTheFunction(t *testing.T) {
	deadline := time.Now().Add(time.Minute)
	ctx, cancel := context.WithDeadline(t.Context(), deadline)
	defer cancel()
	var got time.Time
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, _ = r.Context().Deadline()
		w.WriteHeader(http.StatusNoContent)
	})
	if _, err := Proxy(h)(ctx, events.APIGatewayProxyRequest{HTTPMethod: "GET"}); err != nil {
		t.Fatal(err)
	}
	if want := deadline.Add(-margin); !got.Equal(want) {
		t.Errorf("deadline %v, want %v", got, want)
	}
}

func TestRequestIDIsAnswered(t *testing.T) {
	event := events.APIGatewayProxyRequest{HTTPMethod: "GET", Path: "/nowhere"}
	event.RequestContext.RequestID = "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"
	answer, err := Proxy(api.New(api.Settings{}))(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.MultiValueHeaders["X-Request-Id"]; !reflect.DeepEqual(got, []string{event.RequestContext.RequestID}) {
		t.Errorf("X-Request-Id %q", got)
	}
	if answer.IsBase64Encoded || !strings.Contains(answer.Body, `"error":"not_found"`) {
		t.Errorf("answer %+v", answer)
	}
}

// FuzzProxy feeds events of any shape: each must be answered, and with JSON.
func FuzzProxy(f *testing.F) {
	f.Add([]byte(`{"httpMethod":"POST","path":"/members/create/","body":"{}","headers":{"Content-Type":"application/json"}}`))
	f.Add([]byte(`{"httpMethod":" ","path":"%%","isBase64Encoded":true,"body":"!","requestContext":{"domainName":"::"}}`))
	f.Add([]byte(`{"path":"//","multiValueHeaders":{"":[""],"a\nb":["c\nd"]},"multiValueQueryStringParameters":{"%":["%"]}}`))
	f.Add([]byte(`{"source":"aws.events"}`))
	h := Proxy(api.New(api.Settings{}, api.Route{Path: "/members/create", Methods: map[string]api.Handler{
		http.MethodPost: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := api.Decode(w, r); err != nil {
				return err
			}
			return api.JSON(w, http.StatusOK, map[string]int{"code": 200})
		},
	}}))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var event events.APIGatewayProxyRequest
		if err := json.Unmarshal(raw, &event); err != nil {
			t.Skip()
		}
		answer, err := h(t.Context(), event)
		if err != nil {
			t.Fatalf("%v for %s", err, raw)
		}
		if answer.StatusCode >= 500 || answer.Body != "" && !json.Valid([]byte(answer.Body)) {
			t.Fatalf("%+v for %s", answer, raw)
		}
	})
}

func TestTheAddressOfTheServiceIsTheGatewaysWord(t *testing.T) {
	for _, tt := range []struct{ name, domain, path, stagePath, want string }{
		{"a stage", "abc.execute-api.us-east-1.amazonaws.com", "/authenticate/check_user/", "/prod/authenticate/check_user/", "https://abc.execute-api.us-east-1.amazonaws.com/prod"},
		{"a domain name", "ecg.example.com", "/authenticate/check_user/", "/authenticate/check_user/", "https://ecg.example.com"},
		{"the root of a stage", "abc.execute-api.us-east-1.amazonaws.com", "/", "/prod/", "https://abc.execute-api.us-east-1.amazonaws.com/prod"},
		{"no gateway", "", "/a", "/a", ""},
	} {
		var got string
		proxy := Proxy(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = api.Base(r.Context())
			w.WriteHeader(http.StatusNoContent)
		}))
		_, err := proxy(t.Context(), events.APIGatewayProxyRequest{
			HTTPMethod: "GET", Path: tt.path, Headers: map[string]string{"Host": "evil.example", "X-Forwarded-Host": "evil.example"},
			RequestContext: events.APIGatewayProxyRequestContext{DomainName: tt.domain, Path: tt.stagePath},
		})
		if err != nil || got != tt.want {
			t.Errorf("%s: %q, want %q (%v)", tt.name, got, tt.want, err)
		}
	}
}
