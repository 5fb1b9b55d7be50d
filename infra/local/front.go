package main

import (
	"context"
	"errors"
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

// integrationLimit is how long API Gateway waits for a function.
const integrationLimit = 29 * time.Second

// Limits of the requests in progress. Requests beyond them are refused with
// Retry-After: a queue would only make all of them late. A body takes some six
// times its length of memory.
const (
	atOnce      = 256      // requests
	bytesAtOnce = 64 << 20 // of their bodies
)

// proxy is a function behind API Gateway.
type proxy func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// front stands where API Gateway stands in AWS: it turns each request into the
// event of a REST API, and the function's answer back.
type front struct {
	function proxy
	slots    parallel.Slots
	bytes    atomic.Int64 // of the bodies in slots
	log      *slog.Logger
}

func newFront(function proxy, log *slog.Logger) *front {
	return &front{function: function, slots: parallel.NewSlots(atOnce), log: log}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	leave, ok := f.enter(r)
	if !ok {
		f.refuse(w, r, errBusy)
		return
	}
	defer leave()
	event, err := restapi.Event(r)
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
	restapi.Write(w, r, answer)
}

// behind serves a handler that is no function, the uploads, under the same limits:
// with room for the whole body.
func (f *front) behind(h http.Handler, w http.ResponseWriter, r *http.Request) {
	leave, ok := f.enterWith(max(0, r.ContentLength))
	if !ok {
		f.refuse(w, r, errBusy)
		return
	}
	defer leave()
	h.ServeHTTP(w, r)
}

// errBusy refuses a request for which there is no room.
var errBusy = fault.New(fault.Unavailable).Because(errors.New("too many requests at once"))

// enter takes room for the request, if there is any.
func (f *front) enter(r *http.Request) (leave func(), ok bool) {
	size := r.ContentLength
	if size < 0 || size > restapi.MaxBody { // not said, or cut off there
		size = restapi.MaxBody
	}
	return f.enterWith(size)
}

// enterWith takes room for a body of size bytes.
func (f *front) enterWith(size int64) (leave func(), ok bool) {
	if f.bytes.Add(size) > bytesAtOnce {
		f.bytes.Add(-size)
		return nil, false
	}
	free, ok := f.slots.TryEnter()
	if !ok {
		f.bytes.Add(-size)
		return nil, false
	}
	return func() { free(); f.bytes.Add(-size) }, true
}

// refuse answers for the gateway itself, in the service's words.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	// The rest of the body is not worth reading.
	w.Header().Set("Connection", "close")
	api.Refuse(w, r, err)
	f.log.Warn("request refused by the gateway", "method", r.Method, "error", err)
}
