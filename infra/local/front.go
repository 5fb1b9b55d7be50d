package main

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/infra/restapi"
	"systole/shared/api"
	"systole/shared/store"
)

// integrationLimit is how long API Gateway waits for a function.
const integrationLimit = 29 * time.Second

// atOnce is how many requests are worked on at the same time. More are told to
// come back: a queue would only make all of them late.
const atOnce = 256

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
	return &front{function, make(chan struct{}, atOnce), log}
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	select {
	case f.slots <- struct{}{}:
		defer func() { <-f.slots }()
	default:
		f.refuse(w, r, store.ErrUnavailable)
		return
	}
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
	restapi.Write(w, answer)
}

// refuse answers for the gateway itself, in the service's words.
func (f *front) refuse(w http.ResponseWriter, r *http.Request, err error) {
	// What is left of the body is not worth reading.
	w.Header().Set("Connection", "close")
	api.Refuse(w, r, err)
	f.log.Warn("request refused by the gateway", "method", r.Method, "error", err)
}
