// Package restapi converts requests and functions' answers like a REST API of API
// Gateway, so that a request on a laptop or in a test is handled as in AWS.
package restapi

import (
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/fault"
)

// Limits of API Gateway and Lambda. They hold on a laptop as well, so that they
// show before production.
const (
	MaxBody  = 10 << 20 // of a request to API Gateway, bytes
	MinGzip  = 1 << 10  // of an answer that it compresses, bytes: template.yaml's MinimumCompressionSize
	maxEvent = 6 << 20  // of an event to a function, bytes of JSON
	maxFile  = maxEvent / 4 * 3
	// maxAnswer is the most that a function may answer, bytes of JSON.
	maxAnswer = 6<<20 + 100
)

// BinaryMediaTypes are those of template.yaml: bodies of these types are base64
// in events, and a function's base64 answer is decoded for clients that accept
// one of them.
var BinaryMediaTypes = []string{"*/*"}

// Event returns the event that a REST API passes to its function, or the
// fault.Error with which it would refuse.
func Event(r *http.Request) (events.APIGatewayProxyRequest, error) {
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
	}
	if len(body) > 0 { // every type is one of template.yaml's BinaryMediaTypes
		event.Body, event.IsBase64Encoded = base64.StdEncoding.EncodeToString(body), true
	}
	if len(event.Body) > maxEvent/2 { // the rest is at most 10 KiB
		encoded, _ := json.Marshal(event) // texts, which can't fail
		if len(encoded) > maxEvent {
			return event, fault.New(fault.BodyTooLarge, "limit_bytes", maxFile)
		}
	}
	return event, nil
}

// ErrBody is for a request that is too large itself, and not only its event.
var ErrBody = errors.New("the body exceeds 10 MB")

// readBody reads up to API Gateway's limit.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", maxFile).Because(ErrBody)
	}
	if refusal := new(fault.Error); errors.As(err, &refusal) { // of the reader below
		return nil, refusal
	}
	if err != nil {
		return nil, fault.New(fault.MalformedBody).Because(err)
	}
	return body, nil
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

// Write sends a function's answer to r's client, compressed if the client accepts
// it. What API Gateway can't send is answered as an integration's failure.
func Write(w http.ResponseWriter, r *http.Request, answer events.APIGatewayProxyResponse) {
	body, ok := bodyOf(r, answer)
	if !ok {
		IntegrationFailure.Write(w)
		return
	}
	for name, value := range answer.Headers {
		w.Header().Set(renamed(name), value)
	}
	for name, values := range answer.MultiValueHeaders {
		w.Header()[http.CanonicalHeaderKey(renamed(name))] = values
	}
	if len(body) >= MinGzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		writeGzip(w, answer.StatusCode, body)
		return
	}
	w.WriteHeader(answer.StatusCode)
	w.Write(body) // the caller may have hung up
}

// bodyOf returns the answer's body as r's client receives it. It is not ok if it
// is too large, or not valid base64 although it claims to be.
func bodyOf(r *http.Request, answer events.APIGatewayProxyResponse) (body []byte, ok bool) {
	if len(answer.Body) > maxAnswer/7 { // in JSON a byte becomes at most six
		encoded, _ := json.Marshal(answer) // texts, which can't fail
		if len(encoded) > maxAnswer {
			return nil, false
		}
	}
	if !answer.IsBase64Encoded {
		return []byte(answer.Body), true
	}
	decoded, err := base64.StdEncoding.DecodeString(answer.Body)
	if err != nil {
		return nil, false
	}
	if !acceptsBinary(r.Header.Get("Accept")) {
		return []byte(answer.Body), true
	}
	return decoded, true
}

// acceptsBinary reports whether the first type of an Accept header is among
// BinaryMediaTypes: API Gateway ignores the others, and without a match sends
// base64 unchanged.
func acceptsBinary(accept string) bool {
	first, _, _ := strings.Cut(accept, ",")
	first, _, _ = strings.Cut(first, ";")
	first = strings.TrimSpace(first)
	return first != "" && slices.ContainsFunc(BinaryMediaTypes, func(t string) bool {
		major, all := strings.CutSuffix(t, "/*")
		return t == "*/*" || t == first || all && strings.HasPrefix(first, major+"/")
	})
}

// renamed returns the client's name of a function's header: API Gateway reserves
// some names ("Important notes" of its developer guide).
func renamed(name string) string {
	switch canonical := http.CanonicalHeaderKey(name); canonical {
	case "Www-Authenticate", "Server", "Date", "Proxy-Authenticate", "Trailer", "User-Agent", "Max-Forwards", "Content-Md5":
		return "X-Amzn-Remapped-" + name
	}
	return name
}

func writeGzip(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Add("Vary", "Accept-Encoding")
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	z := gzip.NewWriter(w)
	z.Write(body) // the caller may have hung up
	z.Close()
}
