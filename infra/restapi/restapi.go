// Package restapi converts requests and functions' answers as a REST API of API
// Gateway does, so that a request on a laptop or in a test is handled as in AWS.
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
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"systole/shared/fault"
)

// Limits of API Gateway and Lambda. They hold on a laptop as well, so that they
// are met before production.
const (
	MaxBody  = 10 << 20 // of a request to API Gateway, bytes
	MinGzip  = 1 << 10  // of an answer that it compresses, bytes: template.yaml's MinimumCompressionSize
	maxEvent = 6 << 20  // of an event to a function, bytes of JSON
	maxFile  = maxEvent / 4 * 3
)

// Event makes the event that a REST API hands to its function, or says with a
// fault.Error why it wouldn't.
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
	if len(event.Body) > maxEvent/2 { // the rest has at most 10 KiB
		encoded, err := json.Marshal(event)
		if err != nil {
			return event, err
		}
		if len(encoded) > maxEvent {
			return event, fault.New(fault.BodyTooLarge, "limit_bytes", maxFile)
		}
	}
	return event, nil
}

// readBody reads up to API Gateway's limit.
func readBody(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, MaxBody))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, fault.New(fault.BodyTooLarge, "limit_bytes", maxFile)
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

// Write sends a function's answer to r's client, compressed where the client
// takes it so. An answer with malformed base64 becomes status 502, as with API
// Gateway.
func Write(w http.ResponseWriter, r *http.Request, answer events.APIGatewayProxyResponse) {
	body := []byte(answer.Body)
	if answer.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(answer.Body)
		if err != nil {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		body = decoded
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	for name, values := range answer.MultiValueHeaders {
		w.Header()[http.CanonicalHeaderKey(name)] = values
	}
	if len(body) >= MinGzip && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		writeGzip(w, answer.StatusCode, body)
		return
	}
	w.WriteHeader(answer.StatusCode)
	w.Write(body) // the caller may be gone
}

func writeGzip(w http.ResponseWriter, status int, body []byte) {
	w.Header().Set("Content-Encoding", "gzip")
	w.Header().Add("Vary", "Accept-Encoding")
	w.Header().Del("Content-Length")
	w.WriteHeader(status)
	z := gzip.NewWriter(w)
	z.Write(body) // the caller may be gone
	z.Close()
}
