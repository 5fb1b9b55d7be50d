package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/infra/restapi"
	"systole/shared/api"
	"systole/shared/fault"
	"systole/shared/parallel"
)

// integrationLimit is the time that API Gateway waits for a function.
const integrationLimit = 29 * time.Second

// Limits of the requests in progress. Requests beyond them are refused with
// Retry-After: a queue would only make all of them late. A body takes about six
// times its length in memory.
const (
	atOnce      = 256      // requests
	bytesAtOnce = 64 << 20 // received bytes of their bodies
)

// proxy is a function behind API Gateway.
type proxy func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// front takes the place of API Gateway: it converts each request into the event
// of a REST API, and the function's answer back.
type front struct {
	function proxy
	slots    parallel.Slots
	bytes    atomic.Int64 // received bytes of bodies
	log      *slog.Logger
}

func newFront(function proxy, log *slog.Logger) *front {
	return &front{function: function, slots: parallel.NewSlots(atOnce), log: log}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer f.count(r)()
	event, err := restapi.Event(r)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	leave, ok := f.slots.TryEnter() // not earlier: a body may arrive slowly
	if !ok {
		f.refuse(w, r, errBusy)
		return
	}
	defer leave()
	ctx, cancel := context.WithTimeout(r.Context(), integrationLimit)
	defer cancel()
	answer, err := f.function(ctx, event)
	if err != nil {
		f.refuse(w, r, err)
		return
	}
	restapi.Write(w, r, answer)
}

// behind serves a handler that is not a function, the uploads, under the same
// limit of bytes.
func (f *front) behind(h http.Handler, w http.ResponseWriter, r *http.Request) {
	defer f.count(r)()
	h.ServeHTTP(w, r)
}

// errBusy refuses a request beyond the limits.
var errBusy = fault.New(fault.Unavailable).Because(errors.New("too many requests at once"))

// count counts the bytes of the request's body as they are received, until done
// is called. Announced bytes that aren't received take no room.
func (f *front) count(r *http.Request) (done func()) {
	b := &counted{ReadCloser: r.Body, all: &f.bytes}
	r.Body = b
	return func() { f.bytes.Add(-b.came) }
}

// counted is a body that ends with errBusy if there is no room for more of it.
type counted struct {
	io.ReadCloser
	all  *atomic.Int64
	came int64
}

func (b *counted) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.came += int64(n)
	if b.all.Add(int64(n)) > bytesAtOnce {
		return 0, errBusy
	}
	return n, err
}

// refuse answers in the gateway's place, with the service's words.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	// The rest of the body isn't read.
	w.Header().Set("Connection", "close")
	api.Refuse(w, r, err)
	f.log.Warn("request refused by the gateway", "method", r.Method, "error", err)
}
