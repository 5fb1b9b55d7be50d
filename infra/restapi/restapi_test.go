package restapi

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/fault"
)

func post(contentType, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1:8080/members/login/?a=1&a=2&b=%2F", strings.NewReader(body))
	r.RemoteAddr = "192.0.2.7:4711"
	r.Header.Set("Content-Type", contentType)
	r.Header.Add("Accept-Language", "ko")
	r.Header.Add("Accept-Language", "en")
	r.Header.Set("User-Agent", "okhttp/4.12.0")
	r.Header.Set("X-Forwarded-For", "10.9.8.7") // a header that the caller chooses
	return r
}

func TestARequestBecomesTheEventOfARESTAPI(t *testing.T) {
	got, err := Event(post("application/json", `{"username":"hong"}`))
	if err != nil {
		t.Fatal(err)
	}
	id := got.RequestContext.RequestID
	if id == "" {
		t.Error("no request id")
	}
	want := events.APIGatewayProxyRequest{
		Resource: "/members/login/", Path: "/members/login/", HTTPMethod: http.MethodPost,
		Headers: map[string]string{
			"Content-Type": "application/json", "Accept-Language": "en", "User-Agent": "okhttp/4.12.0", "Host": "127.0.0.1:8080",
			"X-Forwarded-For": "10.9.8.7",
		},
		MultiValueHeaders: map[string][]string{
			"Content-Type": {"application/json"}, "Accept-Language": {"ko", "en"}, "User-Agent": {"okhttp/4.12.0"}, "Host": {"127.0.0.1:8080"},
			"X-Forwarded-For": {"10.9.8.7"},
		},
		QueryStringParameters:           map[string]string{"a": "2", "b": "/"},
		MultiValueQueryStringParameters: map[string][]string{"a": {"1", "2"}, "b": {"/"}},
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID: id, Stage: "local", HTTPMethod: http.MethodPost, Path: "/members/login/", ResourcePath: "/members/login/", Protocol: "HTTP/1.1",
			Identity: events.APIGatewayRequestIdentity{SourceIP: "192.0.2.7", UserAgent: "okhttp/4.12.0"},
		},
		Body: "eyJ1c2VybmFtZSI6ImhvbmcifQ==", IsBase64Encoded: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("event is\n%+v, want\n%+v", got, want)
	}
}

func TestBodiesOfAllTypesAreBase64(t *testing.T) {
	for _, test := range []struct {
		contentType, body string
		want              string
	}{
		{"multipart/form-data; boundary=b", "\x00\xff\n", "AP8K"},
		{"application/json", "{\"name\":\"김\"}", "eyJuYW1lIjoi6rmAIn0="},
		{"application/octet-stream", "a\xffb", "Yf9i"},
		{"", "", ""},
	} {
		event, err := Event(post(test.contentType, test.body))
		if err != nil || event.Body != test.want || event.IsBase64Encoded != (test.body != "") {
			t.Errorf("%s %q: body %q, base64 %v, %v", test.contentType, test.body, event.Body, event.IsBase64Encoded, err)
		}
	}
}

func TestWhatIsTooLargeForTheGatewayOrAFunctionIsRefused(t *testing.T) {
	const file = "multipart/form-data; boundary=b"
	for _, test := range []struct {
		name, contentType string
		length            int
		refused           bool
	}{
		{"file of 4.4 MiB", file, 44 << 20 / 10, false},
		{"file of 4.5 MiB, 6 MiB in base64", file, 45 << 20 / 10, true},
		{"text of 4.4 MiB", "text/csv", 44 << 20 / 10, false},
		{"text of 6 MiB", "text/csv", 6 << 20, true},
		{"10 MiB", file, 10 << 20, true},
		{"more than 10 MiB", file, 10<<20 + 1, true},
	} {
		_, err := Event(post(test.contentType, strings.Repeat("0", test.length)))
		var f *fault.Error
		if refused := errors.As(err, &f) && f.Code == fault.BodyTooLarge; refused != test.refused || !test.refused && err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestABodyThatBreaksOffIsMalformed(t *testing.T) {
	r := post("application/json", "")
	r.Body = broken{}
	_, err := Event(r)
	var f *fault.Error
	if !errors.As(err, &f) || f.Code != fault.MalformedBody {
		t.Errorf("error is %v", err)
	}
}

// broken is a body whose connection broke.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("connection reset") }
func (broken) Close() error             { return nil }

func TestAnAnswerIsSentAsTheGatewayLeavesIt(t *testing.T) {
	failure := httptest.NewRecorder()
	IntegrationFailure.Write(failure)
	const any, nothing = "*/*", ""
	for _, test := range []struct {
		name, accept string
		answer       events.APIGatewayProxyResponse
		status       int
		header       http.Header
		body         string
	}{
		{"text", any, events.APIGatewayProxyResponse{
			StatusCode: 401, Headers: map[string]string{"content-language": "ko"},
			MultiValueHeaders: map[string][]string{"vary": {"Origin", "Accept-Language"}}, Body: "{}\n",
		}, 401, http.Header{"Content-Language": {"ko"}, "Vary": {"Origin", "Accept-Language"}}, "{}\n"},
		{"a header of the gateway's own", any, events.APIGatewayProxyResponse{
			StatusCode: 401, Headers: map[string]string{"www-authenticate": "Token"}, MultiValueHeaders: map[string][]string{"Server": {"ours"}},
		}, 401, http.Header{"X-Amzn-Remapped-Www-Authenticate": {"Token"}, "X-Amzn-Remapped-Server": {"ours"}}, ""},
		{"base64", "image/png, */*;q=0.5", events.APIGatewayProxyResponse{StatusCode: 200, Body: "AP8K", IsBase64Encoded: true}, 200, http.Header{}, "\x00\xff\n"},
		{"base64 to a client that accepts nothing", nothing, events.APIGatewayProxyResponse{StatusCode: 200, Body: "AP8K", IsBase64Encoded: true}, 200, http.Header{}, "AP8K"},
		{"base64 that is none", any, events.APIGatewayProxyResponse{StatusCode: 200, Body: "{}", IsBase64Encoded: true}, failure.Code, failure.Header(), failure.Body.String()},
		{"6 MB", any, events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("x", 6<<20-100)}, 200, http.Header{}, strings.Repeat("x", 6<<20-100)},
		{"more than 6 MB", any, events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("x", 6<<20+100)}, failure.Code, failure.Header(), failure.Body.String()},
		{"4 MB, more in JSON", any, events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("\"", 4<<20)}, failure.Code, failure.Header(), failure.Body.String()},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept", test.accept)
		w := httptest.NewRecorder()
		Write(w, r, test.answer)
		if w.Code != test.status || w.Body.String() != test.body || !reflect.DeepEqual(w.Header(), test.header) {
			t.Errorf("%s: %d %v %.100q", test.name, w.Code, w.Header(), w.Body)
		}
	}
}

func TestALargeAnswerIsCompressedForWhoTakesIt(t *testing.T) {
	large := strings.Repeat("heart ", 1000)
	for _, test := range []struct {
		name, accept, body string
		compressed         bool
	}{
		{"large", "gzip, deflate, br", large, true},
		{"large, to a client that takes nothing", "", large, false},
		{"small", "gzip", "{}\n", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Header.Set("Accept-Encoding", test.accept)
		w := httptest.NewRecorder()
		Write(w, r, events.APIGatewayProxyResponse{StatusCode: 200, Body: test.body})
		got, compressed := w.Body.String(), w.Header().Get("Content-Encoding") == "gzip"
		if compressed {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(z)
			if err != nil {
				t.Fatal(err)
			}
			got = string(b)
		}
		if compressed != test.compressed || got != test.body {
			t.Errorf("%s: compressed %v, %d bytes", test.name, compressed, len(got))
		}
	}
}
