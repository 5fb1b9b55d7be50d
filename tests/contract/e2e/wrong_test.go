package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"systole/tests/contract/described"
)

// raw returns a request as bytes on the wire.
func raw(method, path string, headers []string, body string) string {
	return fmt.Sprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s\r\n\r\n%s", method, path, strings.Join(headers, "\r\n"), body)
}

// sized returns a request whose body has the stated length.
func sized(method, path, contentType, body string) string {
	return raw(method, path, []string{"Content-Type: " + contentType, fmt.Sprint("Content-Length: ", len(body))}, body)
}

// TestWhatIsWrongOnTheWireIsRefused covers faults that only a real connection
// can bring. Faults inside a well-formed request are tested with the handlers
// (shared/api/members, shared/api/authenticate).
func TestWhatIsWrongOnTheWireIsRefused(t *testing.T) {
	base := startLocal(t, "-memory")
	const makeModel, multipart = "/authenticate/make_model/", "multipart/form-data; boundary=b"
	file := func(size int) string {
		return "--b\r\nContent-Disposition: form-data; name=\"ECG\"; filename=\"../../etc/passwd\"\r\n\r\n" + strings.Repeat("0.5\n", size/4) + "\r\n--b--\r\n"
	}
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"a body of 11 MB":             {sized("POST", makeModel, multipart, file(11<<20)), 413},
		"a body of 6 MB":              {sized("POST", makeModel, multipart, file(6<<20)), 413},
		"a file of 4.4 MB, no token":  {sized("POST", makeModel, multipart, file(4400_000)), 401},
		"JSON of 1 MB":                {sized("POST", "/members/login/", "application/json", `{"username":"`+strings.Repeat("x", 1<<20)+`"}`), 413},
		"a body shorter than it says": {raw("POST", makeModel, []string{"Content-Type: " + multipart, "Content-Length: 100"}, "--b\r\n"), 400},
		"a cut-off multipart body":    {sized("POST", makeModel, multipart, file(400)[:300]), 400},
		"chunks that are none":        {raw("POST", "/members/login/", []string{"Content-Type: application/json", "Transfer-Encoding: chunked"}, "zz\r\n{}\r\n0\r\n\r\n"), 400},
		"two slashes":                 {raw("GET", "//members/login/", nil, ""), 404},
		"dots":                        {raw("GET", "/members/../../etc/passwd", nil, ""), 404},
		"escaped dots":                {raw("GET", "/members/%2e%2e/login", nil, ""), 404},
		"a zero byte in the path":     {raw("GET", "/members/%00login/", nil, ""), 404},
		"Korean in the path":          {raw("GET", "/members/%EB%A1%9C%EA%B7%B8%EC%9D%B8/", nil, ""), 404},
		"a long path":                 {raw("GET", "/"+strings.Repeat("a", 8000), nil, ""), 404},
		"a method of its own":         {raw("BREW", "/members/login/", nil, ""), 405},
		"TRACE":                       {raw("TRACE", "/members/login/", nil, ""), 405},
		"a GET where a POST belongs":  {raw("GET", "/members/create/?username=a", nil, ""), 405},
		"no content type":             {raw("POST", "/members/login/", []string{"Content-Length: 2"}, "{}"), 415},
	} {
		t.Run(name, func(t *testing.T) {
			response, body := exchange(t, base, c.request)
			isDescribed(t, answerTo(c.request, response, body))
			if response.StatusCode != c.status {
				t.Errorf("status %d, want %d; body %s", response.StatusCode, c.status, body)
			}
			var fields map[string]any
			if err := json.Unmarshal(body, &fields); err != nil {
				t.Fatalf("body %q: %v", body, err)
			}
			for _, field := range []string{"detail", "code", "error"} {
				if fields[field] == nil {
					t.Errorf("no %s in %s", field, body)
				}
			}
			if c.status == 405 && response.Header.Get("Allow") == "" {
				t.Error("no Allow")
			}
		})
	}
}

// answerTo returns the answer to a request on the wire.
func answerTo(request string, response *http.Response, body []byte) described.Answer {
	line := strings.Fields(request)
	path, _, _ := strings.Cut(line[1], "?")
	return described.Answer{Method: line[0], Path: path, Status: response.StatusCode, Header: response.Header, Body: body}
}

// exchange sends a request's bytes unchanged and reads the answer.
func exchange(t *testing.T, base, request string) (*http.Response, []byte) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(base, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	go func() {
		io.Copy(conn, strings.NewReader(request)) // the service may refuse it before its end
		conn.(*net.TCPConn).CloseWrite()
	}()
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatal(err)
	}
	return response, body.Bytes()
}
