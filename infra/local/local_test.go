package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"systole/infra/restapi"
)

// local is a running service.
type local struct {
	address string
	stop    context.CancelFunc
	ended   chan error
	log     *safeBuffer
}

// serve runs the command until the test ends or stops it.
func serve(t *testing.T, args ...string) *local {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	l := &local{stop: stop, ended: make(chan error, 1), log: new(safeBuffer)}
	out, in := io.Pipe()
	go func() {
		l.ended <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), in, l.log)
		in.Close()
	}()
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the service doesn't start: %v", <-l.ended)
	}
	l.address = strings.TrimPrefix(lines.Text(), "listening on http://")
	go io.Copy(io.Discard, out)
	return l
}

func TestARequestUnderWayIsAnsweredAfterTheSignal(t *testing.T) {
	l := serve(t, "-memory")
	conn, err := net.Dial("tcp", l.address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const body = `{"username":"hong","password":"tachy-cardia!","name":"n"}`
	fmt.Fprintf(conn, "POST /members/create/ HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"+
		"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n", len(body))
	in := bufio.NewReader(conn)
	// The service asks for the body: the request is being handled.
	if line, err := in.ReadString('\n'); !strings.Contains(line, "100 Continue") {
		t.Fatal(line, err)
	}
	in.ReadString('\n')
	l.stop()
	io.WriteString(conn, body)
	response, err := http.ReadResponse(in, nil)
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("answer is %v, %v", response, err)
	}
	if err := <-l.ended; err != nil {
		t.Errorf("the service ends with %v", err)
	}
}

func TestTwoServicesDontShareAFolderOrAnAddress(t *testing.T) {
	data := t.TempDir()
	first := serve(t, "-data", data)
	for _, test := range []struct {
		name, want string
		args       []string
	}{
		{"folder", data + " is in use by another process", []string{"-addr", "127.0.0.1:0", "-data", data}},
		{"address", "choose another address with -addr", []string{"-addr", first.address, "-memory"}},
	} {
		err := run(t.Context(), test.args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	first.stop()
	if err := <-first.ended; err != nil {
		t.Fatal(err)
	}
	second := serve(t, "-data", data) // the folder is free again
	second.stop()
	if err := <-second.ended; err != nil {
		t.Error(err)
	}
}

func TestMistakesAreNamedBeforeAnythingIsOpened(t *testing.T) {
	t.Setenv("MATCH_FMR", "often")
	for want, args := range map[string][]string{
		"MATCH_FMR":  {"-memory"},
		"-h":         {"serve"},
		"-telephone": {"-telephone"},
	} {
		err := run(t.Context(), args, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestHelpExplainsEveryFlagAndSetting(t *testing.T) {
	var help bytes.Buffer
	if err := run(t.Context(), []string{"-h"}, io.Discard, &help); !errors.Is(err, flag.ErrHelp) {
		t.Error(err)
	}
	for _, name := range []string{"-addr", "-data", "-memory", "TOKEN_LIFETIME", "MATCH_FMR", "SAMPLING_RATE_HZ", "UPLOADS_KEEP", "CORS_ORIGINS"} {
		if !strings.Contains(help.String(), name) {
			t.Errorf("-h doesn't explain %s", name)
		}
	}
}

func TestCleanUpRunsWhenTheServiceStarts(t *testing.T) {
	l := serve(t, "-memory")
	l.stop()
	if err := <-l.ended; err != nil {
		t.Fatal(err)
	}
	if log := l.log.String(); !strings.Contains(log, `"msg":"cleanup"`) || !strings.Contains(log, `"expired_tokens":0`) {
		t.Errorf("no report in the log: %s", log)
	}
}

func TestMoreThanItCanWorkOnIsToldToComeBack(t *testing.T) {
	for _, test := range []struct {
		name string
		body string
		room int
	}{
		{"many requests", "", atOnce},
		{"large requests", strings.Repeat("0", 4<<20), bytesAtOnce / (4 << 20)},
	} {
		t.Run(test.name, func(t *testing.T) { fill(t, test.room, test.body) })
	}
}

// fill expects that the front has room for n requests with this body, and for no
// more until they are answered.
func fill(t *testing.T, n int, body string) {
	begun, release := make(chan struct{}), make(chan struct{})
	var under atomic.Int64
	f := newFront(func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		if under.Add(1) <= int64(n) { // a request beyond the limit that got in is answered at once
			begun <- struct{}{}
			<-release
		}
		return events.APIGatewayProxyResponse{StatusCode: http.StatusNoContent}, nil
	}, slog.New(slog.DiscardHandler))

	answers := make(chan int, n)
	for range n {
		go func() { answers <- ask(f, body).Code }()
		<-begun
	}
	refused := ask(f, body)
	var got map[string]any
	if err := json.Unmarshal(refused.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if refused.Code != http.StatusServiceUnavailable || refused.Header().Get("Retry-After") == "" ||
		got["error"] != "unavailable" || got["code"] != 503.0 || got["detail"] == nil {
		t.Errorf("one more gets %d %v %v", refused.Code, refused.Header(), got)
	}
	close(release)
	for range n {
		if status := <-answers; status != http.StatusNoContent {
			t.Errorf("one within the limit gets %d", status)
		}
	}
	if again := ask(f, body); again.Code != http.StatusNoContent {
		t.Errorf("afterwards one gets %d", again.Code)
	}
}

// A body takes memory as it arrives, not as it is announced, and only a whole
// body takes a place among the requests. Callers who send one byte and wait keep
// nobody out.
func TestBodiesThatAreAnnouncedAndDontComeKeepNobodyOut(t *testing.T) {
	f := newFront(func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{StatusCode: http.StatusNoContent}, nil
	}, slog.New(slog.DiscardHandler))
	answers := make(chan int)
	var silent []*io.PipeWriter
	for range atOnce + 1 {
		body, in := io.Pipe()
		silent = append(silent, in)
		r := httptest.NewRequest(http.MethodPost, "/authenticate/check_user", body)
		r.ContentLength = restapi.MaxBody
		go func() {
			w := httptest.NewRecorder()
			f.ServeHTTP(w, r)
			answers <- w.Code
		}()
		io.WriteString(in, "0") // the service has begun to read the body
	}
	if w := ask(f, strings.Repeat("0", 4<<20)); w.Code != http.StatusNoContent {
		t.Errorf("meanwhile one gets %d %s", w.Code, w.Body)
	}
	for _, in := range silent {
		in.CloseWithError(errors.New("connection reset"))
	}
	for range silent {
		if status := <-answers; status != http.StatusBadRequest {
			t.Errorf("one that broke off gets %d", status)
		}
	}
	if n := f.bytes.Load(); n != 0 {
		t.Errorf("%d bytes stay counted", n)
	}
}

func TestUploadsAtOnceAreBoundedByTheBytesThatHaveCome(t *testing.T) {
	f := newFront(nil, slog.New(slog.DiscardHandler))
	read := make(chan error)
	release := make(chan struct{})
	holding := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := io.Copy(io.Discard, r.Body)
		read <- err
		<-release
	})
	put := func(size int) {
		r := httptest.NewRequest(http.MethodPut, uploadsPath, io.LimitReader(zeros{}, int64(size)))
		f.behind(holding, httptest.NewRecorder(), r)
	}
	for range 2 {
		go put(bytesAtOnce / 2)
		if err := <-read; err != nil {
			t.Fatal(err)
		}
	}
	go put(1)
	if err := <-read; !errors.Is(err, errBusy) {
		t.Errorf("a byte more: %v", err)
	}
	close(release)
}

// zeros is an endless body.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestAFunctionThatFailsIsNotShown(t *testing.T) {
	f := newFront(func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		return events.APIGatewayProxyResponse{}, errors.New("secret of the function")
	}, slog.New(slog.DiscardHandler))
	answer := ask(f, "")
	if answer.Code != http.StatusInternalServerError || strings.Contains(answer.Body.String(), "secret") {
		t.Errorf("answer is %d %s", answer.Code, answer.Body)
	}
}

func ask(h http.Handler, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/authenticate/check_user", strings.NewReader(body)))
	return w
}

// safeBuffer is a log that can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
