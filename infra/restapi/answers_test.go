package restapi

import (
	"compress/gzip"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/fault"
)

func TestTheGatewaysOwnAnswersAreOfTheContract(t *testing.T) {
	for _, tt := range []struct {
		response Response
		status   int
		retry    string
	}{{NoRoute, 404, ""}, {IntegrationFailure, 503, "2"}, {IntegrationTimeout, 503, "2"}, {Response{Code: fault.NotFound, RetryAfter: 1}, 404, "1"}} {
		w := httptest.NewRecorder()
		tt.response.Write(w)
		var body struct {
			Detail string
			Code   int
			Error  fault.Code
		}
		err := json.Unmarshal(w.Body.Bytes(), &body)
		if err != nil || w.Code != tt.status || body.Code != tt.status || body.Error != tt.response.Code || !strings.Contains(body.Detail, " / ") {
			t.Errorf("%s: %d %s, %v", tt.response.Type, w.Code, w.Body, err)
		}
		h := w.Header()
		if h.Get("Content-Type") != "application/json" || h.Get("Cache-Control") != "no-store" || h.Get("Retry-After") != tt.retry || (h["Retry-After"] != nil) != (tt.retry != "") {
			t.Errorf("%s: headers %v", tt.response.Type, h)
		}
	}
}

func TestTheFirstTypeThatIsAcceptedDecides(t *testing.T) {
	all := BinaryMediaTypes
	defer func() { BinaryMediaTypes = all }()
	for _, types := range []struct {
		of      []string
		accepts map[string]bool
	}{
		{all, map[string]bool{"": false, " , image/png": false, "image/png": true, "*/*": true}},
		{[]string{"image/png", "audio/*"}, map[string]bool{
			"image/png": true, " image/png ;q=1": true, "image/png,text/html": true, "text/html,image/png": false,
			"audio/wav": true, "audiobook/x": false, "audio": false, "image/jpeg": false, "image/png/x": false, "*/*": false,
		}},
	} {
		BinaryMediaTypes = types.of
		for accept, want := range types.accepts {
			if got := acceptsBinary(accept); got != want {
				t.Errorf("%q of %q: %v", accept, types.of, got)
			}
		}
	}
}

// sized answers a request with a body of so many bytes.
func sized(t *testing.T, answer events.APIGatewayProxyResponse, accept ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, encoding := range accept {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	Write(w, r, answer)
	return w
}

func TestAnAnswerMayHaveSixMegabytesOfJSON(t *testing.T) {
	whole := func(n int) events.APIGatewayProxyResponse {
		return events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("x", n)}
	}
	around, err := json.Marshal(whole(0))
	if err != nil {
		t.Fatal(err)
	}
	most := maxAnswer - len(around)
	for n, want := range map[int]int{most: 200, most + 1: 503, 3 << 20: 200} {
		if w := sized(t, whole(n)); w.Code != want {
			t.Errorf("%d bytes: %d", n, w.Code)
		}
	}
	quotes := events.APIGatewayProxyResponse{StatusCode: 200, Body: strings.Repeat("\x00", maxAnswer/6)} // six bytes each in JSON
	if w := sized(t, quotes); w.Code != 503 {
		t.Errorf("bytes that are six in JSON: %d", w.Code)
	}
}

func TestAnAnswerFromAKilobyteOnIsCompressed(t *testing.T) {
	for n, want := range map[int]string{MinGzip - 1: "", MinGzip: "gzip"} {
		answer := events.APIGatewayProxyResponse{StatusCode: 201, Body: strings.Repeat("x", n), Headers: map[string]string{"Content-Length": fmt.Sprint(n)}}
		w := sized(t, answer, "gzip")
		if w.Code != 201 || w.Header().Get("Content-Encoding") != want {
			t.Errorf("%d bytes: %d, %v", n, w.Code, w.Header())
		}
		if want == "" {
			continue
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatal(err)
		}
		if b, err := io.ReadAll(z); err != nil || len(b) != n || w.Header().Get("Vary") != "Accept-Encoding" || w.Header().Get("Content-Length") != "" {
			t.Errorf("%d bytes, %v, %v", len(b), err, w.Header())
		}
	}
}

func TestAnEventMayHaveSixMegabytesOfJSON(t *testing.T) {
	event := func(n int) (events.APIGatewayProxyRequest, error) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(strings.Repeat("x", n)))
		return Event(r)
	}
	empty, err := event(0)
	if err != nil || empty.IsBase64Encoded {
		t.Fatal(err)
	}
	empty.IsBase64Encoded = true
	around, err := json.Marshal(empty)
	if err != nil {
		t.Fatal(err)
	}
	most := (maxEvent - len(around)) / 4 * 3
	if _, err := event(most); err != nil {
		t.Errorf("%d bytes: %v", most, err)
	}
	var f *fault.Error
	if _, err := event(most + 4); !errors.As(err, &f) || f.Code != fault.BodyTooLarge || fmt.Sprint(f.Params["limit_bytes"]) != fmt.Sprint(maxFile) || errors.Is(err, ErrBody) {
		t.Errorf("%d bytes: %v", most+4, err)
	}
	if _, err := event(MaxBody); !errors.As(err, &f) || f.Code != fault.BodyTooLarge || errors.Is(err, ErrBody) {
		t.Errorf("as much as the gateway takes: %v", err)
	}
	if _, err := event(MaxBody + 1); !errors.As(err, &f) || f.Code != fault.BodyTooLarge || !errors.Is(err, ErrBody) || fmt.Sprint(f.Params["limit_bytes"]) != fmt.Sprint(maxFile) {
		t.Errorf("a byte more: %v", err)
	}
	if e, err := event(3); err != nil || e.Body != base64.StdEncoding.EncodeToString([]byte("xxx")) {
		t.Errorf("three bytes: %q, %v", e.Body, err)
	}
}

type refusing struct{ io.ReadCloser }

func (refusing) Read([]byte) (int, error) { return 0, fault.New(fault.TooManyRequests) }

func TestARefusalOfTheReaderIsTheEvents(t *testing.T) {
	r := httptest.NewRequest(http.MethodPost, "/", nil)
	r.Body = refusing{}
	if _, err := Event(r); !fault.Is(err, fault.TooManyRequests) {
		t.Errorf("error %v", err)
	}
}
