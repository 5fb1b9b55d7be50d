package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/store"
)

// What API Gateway and Lambda allow. Their limits are kept here too, so that
// nobody finds out about them in production.
const (
	maxBody          = 10 << 20 // of a request to API Gateway, bytes
	maxEvent         = 6 << 20  // of an event to a function, bytes of JSON
	integrationLimit = 29 * time.Second
)

// atOnce is how many requests a core works on at the same time. More are told
// to come back: a queue would only make all of them late.
const atOnce = 64

// proxy is a function behind API Gateway.
type proxy func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// front stands where API Gateway stands in AWS: it turns each request into the
// event of a REST API, and the function's answer back.
type front struct {
	function proxy
	slots    chan struct{}
	log      *slog.Logger
}

func newFront(function proxy, log *slog.Logger) *front {
	return &front{function, make(chan struct{}, atOnce*runtime.GOMAXPROCS(0)), log}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	default:
		f.refuse(w, r, store.ErrUnavailable)
		return
	}
	event, err := toEvent(r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), integrationLimit)
	defer cancel()
	answer, err := f.function(ctx, event)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	writeAnswer(w, answer)
}

// refuse answers for the gateway itself, in the service's words.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	// What is left of the body is not worth reading.
	w.Header().Set("Connection", "close")
	api.Refuse(w, r, err)
	f.log.Warn("request refused by the gateway", "method", r.Method, "error", err)
}

// toEvent makes the event that a REST API hands to its function.
func toEvent(r *http.Request) (events.APIGatewayProxyRequest, error) {
	body, err := readBody(r)
	if err != nil {
		return events.APIGatewayProxyRequest{}, err
	}
	headers := r.Header.Clone()
	headers.Set("Host", r.Host)
	host, _, _ := net.SplitHostPort(r.RemoteAddr)
	event := events.APIGatewayProxyRequest{
		Resource:                        r.URL.Path,
		Path:                            r.URL.Path,
		HTTPMethod:                      r.Method,
		MultiValueHeaders:               headers,
		Headers:                         last(headers),
		MultiValueQueryStringParameters: r.URL.Query(),
		QueryStringParameters:           last(r.URL.Query()),
		RequestContext: events.APIGatewayProxyRequestContext{
			RequestID: rand.Text(), Stage: "local", HTTPMethod: r.Method, Path: r.URL.Path, Protocol: r.Proto,
			ResourcePath: r.URL.Path,
			Identity:     events.APIGatewayRequestIdentity{SourceIP: host, UserAgent: r.UserAgent()},
		},
		Body: string(body),
	}
	if isBinary(r) {
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	if len(event.Body) > maxEvent/2 { // the rest has at most 10 KiB
		encoded, err := json.Marshal(event)
		if err != nil {
			return event, err
		}
		if len(encoded) > maxEvent {
			return event, fault.New(fault.BodyTooLarge, "limit_bytes", maxEvent/4*3)
		}
	}
	return event, nil
}

// readBody reads up to API Gateway's limit.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", maxEvent/4*3)
	}
	if err != nil {
		return nil, fault.New(fault.MalformedBody).Because(err)
	}
	return body, nil
}

// isBinary reports whether the type is one of template.yaml's BinaryMediaTypes.
func isBinary(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
	return strings.EqualFold(strings.TrimSpace(kind), "multipart/form-data")
}

// last keeps the last value of each name, as API Gateway does.
func last(all map[string][]string) map[string]string {
	one := make(map[string]string, len(all))
	for name, values := range all {
		if len(values) > 0 {
			one[name] = values[len(values)-1]
		}
	}
	return one
}

func writeAnswer(w http.ResponseWriter, answer events.APIGatewayProxyResponse) {
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	for name, values := range answer.MultiValueHeaders {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	w.WriteHeader(answer.StatusCode)
	io.WriteString(w, answer.Body) // the caller may be gone
}
