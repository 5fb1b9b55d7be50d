// Package faults is a proxy between a client and the service that simulates the
// faults of networks, gateways and busy services. The fault is the first part of
// the path, so that a client chooses it by its base address:
// BASE/busy/members/login/.
package faults

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// Proxy is an http.Handler in front of the service.
type Proxy struct {
	service string

	mu    sync.Mutex
	asked map[string]int
}

// New returns a proxy in front of the service at an address.
func New(service string) *Proxy {
	return &Proxy{service: service, asked: make(map[string]int)}
}

// Asked returns the number of times that a request came: "busy GET
// /members/sessions/", "none PUT" for an upload.
func (p *Proxy) Asked(request string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked[request]
}

// put is the path of uploads after the fault's; the upload's own address is in
// the query.
const put = "/put"

// request is a received request.
type request struct {
	*http.Request
	fault string
	path  string
	base  string // of the client
	count int    // number of those with this method and path, under this fault
}

func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fault, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	in := request{r, fault, "/" + rest, "http://" + r.Host + "/" + fault, 0}
	if r.TLS != nil {
		in.base = "https://" + r.Host + "/" + fault
	}
	name := fault + " " + r.Method
	if in.path != put {
		name += " " + in.path
	}
	p.mu.Lock()
	p.asked[name]++
	in.count = p.asked[name]
	p.mu.Unlock()

	upload := in.path == put
	large := r.ContentLength > 20_000 && !upload
	switch {
	case fault == "slow", fault == "upload-stuck" && upload:
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case fault == "portal":
		refuse(w, r, http.StatusOK, "", "")
	case fault == "always-busy":
		refuse(w, r, http.StatusServiceUnavailable, "unavailable", "5")
	case fault == "narrow" && large:
		tooLarge(w, r, "application/json", `{"message": "Request Too Long"}`)
	case fault == "narrower" && large:
		tooLarge(w, r, "text; charset=utf-8", "HTTP content length exceeded 10485760 bytes.")
	case fault == "upload-vanished" && upload && in.count <= 2:
		io.Copy(io.Discard, r.Body)
		panic(http.ErrAbortHandler)
	case in.count > 1:
		p.pass(w, in)
	case fault == "busy":
		refuse(w, r, http.StatusServiceUnavailable, "unavailable", "1")
	case fault == "throttled":
		refuse(w, r, http.StatusTooManyRequests, "too_many_requests", "1")
	case fault == "page":
		io.Copy(io.Discard, r.Body)
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, "<html><h1>502 Bad Gateway</h1></html>")
	case fault == "request-lost":
		panic(http.ErrAbortHandler)
	case fault == "upload-cut" && upload:
		io.CopyN(io.Discard, r.Body, 1<<20)
		panic(http.ErrAbortHandler)
	case strings.HasPrefix(fault, "answer-lost"), fault == "upload-answer-lost" && upload:
		p.pass(new(lost), in)
		panic(http.ErrAbortHandler)
	case fault == "answer-cut":
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", "300")
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `{"user":{"username":"`)
		panic(http.ErrAbortHandler)
	default:
		p.pass(w, in)
	}
}

// lost discards an answer.
type lost struct{ header http.Header }

func (l *lost) Header() http.Header {
	if l.header == nil {
		l.header = make(http.Header)
	}
	return l.header
}
func (l *lost) Write(b []byte) (int, error) { return len(b), nil }
func (l *lost) WriteHeader(int)             {}

// tooLarge answers like API Gateway for a request that is too large itself, or
// makes too large an event.
func tooLarge(w http.ResponseWriter, r *http.Request, contentType, text string) {
	io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(http.StatusRequestEntityTooLarge)
	io.WriteString(w, text)
}

// refuse answers like the service or the gateway before it; with an empty word
// like something else.
func refuse(w http.ResponseWriter, r *http.Request, status int, word, wait string) {
	io.Copy(io.Discard, r.Body)
	if wait != "" {
		w.Header().Set("Retry-After", wait)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if word == "" {
		io.WriteString(w, "{}")
		return
	}
	fmt.Fprintf(w, `{"detail":"…","code":%d,"error":%q}`, status, word)
}

// pass forwards a request. The address of an upload is replaced by one of the
// proxy's own.
func (p *Proxy) pass(w http.ResponseWriter, in request) {
	to := p.service + in.path
	if in.path == put {
		to = in.URL.Query().Get("to")
	}
	body, err := io.ReadAll(in.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	out, err := http.NewRequestWithContext(in.Context(), in.Method, to, bytes.NewReader(body))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
		return
	}
	out.Header = in.Header.Clone()
	answer, err := http.DefaultClient.Do(out)
	if err != nil { // such as a store that refuses a file before it has all of it
		panic(http.ErrAbortHandler)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if in.path == "/authenticate/uploads/" && answer.StatusCode == http.StatusOK {
		text = in.throughProxy(text)
	}
	for name, values := range answer.Header {
		if name != "Content-Length" {
			w.Header()[name] = values
		}
	}
	w.WriteHeader(answer.StatusCode)
	w.Write(text)
}

// throughProxy replaces an upload's address by the proxy's.
func (in request) throughProxy(text []byte) []byte {
	var place map[string]any
	if err := json.Unmarshal(text, &place); err != nil {
		return text
	}
	address, _ := place["url"].(string)
	place["url"] = in.base + put + "?to=" + url.QueryEscape(address)
	changed, err := json.Marshal(place)
	if err != nil {
		return text
	}
	return changed
}
