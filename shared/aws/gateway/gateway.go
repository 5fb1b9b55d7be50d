// Package gateway converts between API Gateway's REST events and an http.Handler.
// It is the only package that uses api-proxy.
package gateway

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"systole/shared/api"
)

// margin is subtracted from the function's deadline, so that a request that runs
// out of time is answered with 503, and not cut off without an answer.
const margin = 500 * time.Millisecond

// Start serves h to the Lambda runtime. It doesn't return.
func Start(h http.Handler) {
	lambda.Start(Proxy(h))
}

// Proxy returns the function that answers events with h. Every event reaches h,
// which answers a faulty one: the error is always nil. The context of the request
// ends a margin before the function's own, and carries the event's request id
// (api.WithRequestID); its RemoteAddr is the caller's address as the gateway saw
// it.
func Proxy(h http.Handler) func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	adapter := httpadapter.New(restoreBodyAndHost(h))
	return func(ctx context.Context, event events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
		if deadline, ok := ctx.Deadline(); ok {
			var cancel context.CancelFunc
			ctx, cancel = context.WithDeadline(ctx, deadline.Add(-margin))
			defer cancel()
		}
		ctx = api.WithRequestID(ctx, event.RequestContext.RequestID)
		ctx = api.WithBase(ctx, base(event))
		ctx = context.WithValue(ctx, bodyKey{}, bodyOf(event))
		answer, err := adapter.ProxyWithContext(ctx, sanitize(event))
		if err != nil {
			return answer, fmt.Errorf("convert event: %w", err)
		}
		return answer, nil
	}
}

// base returns the address of the API that the event came to: the stage's, or
// that of a domain name, whose root is the stage; empty if the gateway doesn't
// state it. The domain is the gateway's own, whatever the caller's Host header
// says.
func base(event events.APIGatewayProxyRequest) string {
	domain := event.RequestContext.DomainName
	if domain == "" {
		return ""
	}
	stage, _ := strings.CutSuffix(event.RequestContext.Path, event.Path)
	return "https://" + domain + strings.TrimSuffix(stage, "/")
}

// bodyKey is the context's key for the request's body. The adapter itself would
// fail on bad base64 instead of letting the handler answer, and would copy the
// body twice.
type bodyKey struct{}

// eventBody is a body and its length, -1 if the body can't be read.
type eventBody struct {
	io.Reader
	length int64
}

func bodyOf(event events.APIGatewayProxyRequest) eventBody {
	if !event.IsBase64Encoded {
		return eventBody{strings.NewReader(event.Body), int64(len(event.Body))}
	}
	body, err := base64.StdEncoding.DecodeString(event.Body)
	if err != nil {
		return eventBody{broken{fmt.Errorf("event body: %w", err)}, -1}
	}
	return eventBody{bytes.NewReader(body), int64(len(body))}
}

// broken is a body that can't be read.
type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

// restoreBodyAndHost gives requests their body and host back.
func restoreBodyAndHost(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if body, ok := r.Context().Value(bodyKey{}).(eventBody); ok {
			r.Body, r.ContentLength = io.NopCloser(body.Reader), body.length
		}
		r.Host = r.Header.Get("Host")
		h.ServeHTTP(w, r)
	})
}

// sanitize returns the event without what the adapter would turn into an error. No
// handler answers the replacements differently from the originals. The body is
// passed on separately.
func sanitize(event events.APIGatewayProxyRequest) events.APIGatewayProxyRequest {
	event.Body, event.IsBase64Encoded = "", false
	event.RequestContext.DomainName = ""
	path := "/" + strings.TrimPrefix(event.Path, "/")
	// The path is taken literally: '?' and '%' in it are not syntax.
	event.Path = (&url.URL{Path: path}).EscapedPath()
	if !isToken(event.HTTPMethod) {
		event.HTTPMethod = "INVALID"
	}
	return event
}

// isToken reports whether s can be a method (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(c)) {
			return false
		}
	}
	return s != ""
}
