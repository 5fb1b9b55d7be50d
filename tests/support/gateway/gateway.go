// Package gateway takes the place of API Gateway's REST API before functions.
// Where AWS was observed to answer in words of its own, so does it.
package gateway

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"systole/functions"
	"systole/infra/restapi"
	"systole/shared/fault"
)

// Function is a Lambda function behind the gateway. Its error is a crash, or no
// answer in time.
type Function func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)

// To serves the routes of the table of functions. function returns the function
// of a row.
func To(function func(functions.Function) Function) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(w, r, function) })
}

func serve(w http.ResponseWriter, r *http.Request, behind func(functions.Function) Function) {
	row, ok := At(r.Method, r.URL.Path)
	if !ok {
		restapi.NoRoute.Write(w)
		return
	}
	event, err := restapi.Event(r)
	if err != nil {
		refuse(w, err)
		return
	}
	answer, err := behind(row)(r.Context(), event)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		restapi.IntegrationTimeout.Write(w)
	case err != nil:
		restapi.IntegrationFailure.Write(w)
	default:
		restapi.Write(w, r, answer)
	}
}

// refuse answers a request that makes no event, in the two forms of 413 with
// which the gateway was observed to answer whatever REQUEST_TOO_LARGE says:
// koki-develop/lgtm-generator#10.
func refuse(w http.ResponseWriter, err error) {
	status, contentType, text := http.StatusBadRequest, "application/json", `{"message":"Bad Request"}`
	var f *fault.Error
	switch {
	case errors.Is(err, restapi.ErrBody):
		status, contentType, text = http.StatusRequestEntityTooLarge, "text; charset=utf-8", "HTTP content length exceeded 10485760 bytes."
	case errors.As(err, &f) && f.Code == fault.BodyTooLarge:
		status, text = http.StatusRequestEntityTooLarge, `{"message": "Request Too Long"}`
		w.Header().Set("X-Amzn-Errortype", "BadRequestException")
	}
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	io.WriteString(w, text) // the caller may be gone
}

// At returns the function that a request reaches, by its method and path in
// either slash form: of a path's functions the one with the method, else the
// first. HEAD is treated as GET.
func At(method, path string) (functions.Function, bool) {
	if path != "/" {
		path = strings.TrimSuffix(path, "/")
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var first *functions.Function
	for _, f := range functions.All() {
		for _, r := range f.Routes {
			if !matches(r.Path, path) {
				continue
			}
			if slices.Contains(r.Methods, method) {
				return f, true
			}
			if first == nil {
				first = &f
			}
		}
	}
	if first == nil {
		return functions.Function{}, false
	}
	return *first, true
}

// matches reports whether a path is a route's, whose last part may be a parameter.
func matches(route, path string) bool {
	before, _, parameter := strings.Cut(route, "{")
	if !parameter {
		return path == cmp.Or(route, "/")
	}
	rest, below := strings.CutPrefix(path, before)
	return below && rest != "" && !strings.Contains(rest, "/")
}
