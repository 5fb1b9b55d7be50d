package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/functions"
	"systole/infra/restapi"
	"systole/tests/support/cloud"
	"systole/tests/support/gotool"
	"systole/tests/support/lambdaruntime"
)

// calls are the first requests of new processes of a function.
type calls struct {
	folder             string
	init               []time.Duration // from the process's start to its first poll
	first, again       []time.Duration // first request, and the same request again
	stores             []time.Duration // in the first: waits for the emulator's answers, summed
	handshakes         []time.Duration // in the first: TCP and TLS, by the server's clock, summed
	connections, asked int             // in the first
}

// measureCalls measures the functions with the stack in an emulated cloud, which they
// reach over TLS.
func measureCalls(ctx context.Context, rounds int) error {
	c, err := cloud.Start(ctx, os.Stderr)
	if err != nil {
		return err
	}
	defer c.Stop()
	stack, err := c.Deploy(ctx, "systole", map[string]string{}, false)
	if err != nil {
		return err
	}
	w, err := newWire(c)
	if err != nil {
		return err
	}
	defer w.server.Close()
	built, err := gotool.Build(ctx, "functions")
	if err != nil {
		return err
	}
	token, err := signedUp(ctx, stack)
	if err != nil {
		return err
	}
	var all []*calls
	for _, f := range functions.All() {
		if len(f.Routes) > 0 {
			all = append(all, &calls{folder: f.Folder})
		}
	}
	environment := append(stack.Environment(), "METRICS_NAMESPACE=systole", "AWS_ENDPOINT_URL="+w.url, "ISSUER=https://ecg.example.com")
	for round := range rounds + 1 {
		for _, m := range all {
			if err := m.measure(ctx, built.Binary("functions/"+m.folder), environment, token, w, round > 0); err != nil {
				return fmt.Errorf("%s: %w", m.folder, err)
			}
		}
	}
	printCalls(all)
	return nil
}

// signedUp returns the token of a new member.
func signedUp(ctx context.Context, stack cloud.Stack) (string, error) {
	event, err := json.Marshal(request(functions.All()[0], ""))
	if err != nil {
		return "", err
	}
	out, err := stack.Invoke(ctx, "MembersCreate", event)
	if err != nil {
		return "", err
	}
	var answer events.APIGatewayProxyResponse
	var body struct{ Token string }
	if err := json.Unmarshal(out, &answer); err != nil {
		return "", err
	}
	if err := json.Unmarshal([]byte(answer.Body), &body); err != nil || body.Token == "" {
		return "", fmt.Errorf("sign-up answers %s: %w", answer.Body, err)
	}
	return body.Token, nil
}

// request returns a request of a logged-in member to the function, with the
// fields that most routes read.
func request(f functions.Function, token string) events.APIGatewayProxyRequest {
	route := f.Routes[0]
	form := url.Values{
		"username": {"hong"}, "password": {"tachy-cardia!"}, "name": {"n"}, "new_password": {"brady-cardia!"}, "size": {"1000"}, "id": {strings.Repeat("0", 16)},
		"upload": {strings.Repeat("0", 32)}, "sampling_rate": {"500"}, "recovery_code": {"7K3M-9QXA-0V5T-R2WD-H8CE-4NPB"}, "code": {strings.Repeat("A", 26)},
		"client_id": {"shop"}, "response_type": {"code"}, "grant_type": {"authorization_code"},
	}
	r := httptest.NewRequest(route.Methods[0], "https://ecg.example.com"+route.Path+"/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if token != "" {
		r.Header.Set("Authorization", "Token "+token)
	}
	event, _ := restapi.Event(r) // small and from memory: can't fail
	return event
}

// measure starts the function once.
func (m *calls) measure(ctx context.Context, binary string, environment []string, token string, w *wire, keep bool) error {
	event := request(rowOf(m.folder), token)
	begin := time.Now()
	f, err := lambdaruntime.Start(binary, environment, time.Minute, io.Discard)
	if err != nil {
		return err
	}
	defer f.Stop()
	if err := f.Ready(ctx); err != nil {
		return err
	}
	init := time.Since(begin)
	w.reset()
	first, err := timed(ctx, f, event)
	if err != nil {
		return err
	}
	seen := w.reset()
	again, err := timed(ctx, f, event)
	if err != nil || !keep {
		return err
	}
	m.init, m.first, m.again = append(m.init, init), append(m.first, first), append(m.again, again)
	m.stores, m.handshakes = append(m.stores, seen.upstream), append(m.handshakes, seen.handshakes)
	m.connections, m.asked = seen.connections, seen.requests
	return nil
}

func timed(ctx context.Context, f *lambdaruntime.Function, event events.APIGatewayProxyRequest) (time.Duration, error) {
	begin := time.Now()
	var answer events.APIGatewayProxyResponse
	err := f.InvokeJSON(ctx, event, &answer)
	return time.Since(begin), err
}

func rowOf(folder string) functions.Function {
	for _, f := range functions.All() {
		if f.Folder == folder {
			return f
		}
	}
	return functions.Function{}
}

// wire is a proxy before the emulator that measures times.
type wire struct {
	url    string
	server *http.Server

	mu   sync.Mutex
	seen passed
	new  map[net.Conn]time.Time
}

// passed holds the times since the last reset.
type passed struct {
	connections, requests int
	handshakes, upstream  time.Duration
}

func newWire(c *cloud.Cloud) (*wire, error) {
	to, err := url.Parse(c.URL)
	if err != nil {
		return nil, err
	}
	certificate, err := c.Certificate()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	w := &wire{url: "https://" + listener.Addr().String(), new: make(map[net.Conn]time.Time)}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // signed
		},
		Transport: w.taking(c.Client.Transport),
	}
	w.server = &http.Server{Handler: proxy, ConnState: w.state, ErrorLog: log.New(io.Discard, "", 0)}
	go w.server.Serve(tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{certificate}}))
	return w, nil
}

// state measures the time from a connection's beginning to its first request.
func (w *wire) state(c net.Conn, state http.ConnState) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch state {
	case http.StateNew:
		w.new[c] = time.Now()
		w.seen.connections++
	case http.StateActive:
		if begin, ok := w.new[c]; ok {
			w.seen.handshakes += time.Since(begin)
			delete(w.new, c)
		}
	}
}

// taking returns a transport that measures requests to the end of their answers.
func (w *wire) taking(next http.RoundTripper) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		begin := time.Now()
		answer, err := next.RoundTrip(r)
		if err == nil {
			var body []byte
			body, err = io.ReadAll(answer.Body)
			answer.Body.Close()
			answer.Body = io.NopCloser(bytes.NewReader(body))
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.seen.requests++
		w.seen.upstream += time.Since(begin)
		return answer, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func (w *wire) reset() passed {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = passed{}
	return seen
}

func printCalls(all []*calls) {
	fmt.Println("| function | init ms | first request ms | its handshakes ms | its stores ms | rest ms | same again ms | connections | calls |")
	fmt.Println("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
	for _, m := range all {
		first, handshakes, stores := quantile(m.first, 0.5), quantile(m.handshakes, 0.5), quantile(m.stores, 0.5)
		fmt.Printf("| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %.1f | %d | %d |\n", filepath.ToSlash(m.folder),
			ms(quantile(m.init, 0.5)), ms(first), ms(handshakes), ms(stores), ms(max(first-handshakes-stores, 0)), ms(quantile(m.again, 0.5)), m.connections, m.asked)
	}
}
