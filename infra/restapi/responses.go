package restapi

import (
	"encoding/json"
	"net/http"
	"strconv"

	"systole/shared/api"
	"systole/shared/fault"
)

// Response is an answer that the gateway gives by itself: a gateway response of
// template.yaml, which go run ./infra/stack writes from here.
type Response struct {
	Type       string // API Gateway's name
	Code       fault.Code
	RetryAfter int // seconds; 0 for none
	// OwnStatus keeps the gateway's own status for the case.
	OwnStatus bool
	Why       string
}

// The responses that the stand-in gives.
var (
	NoRoute            = Response{Type: "MISSING_AUTHENTICATION_TOKEN", Code: fault.NotFound, Why: "The gateway's name for an address that isn't there."}
	IntegrationFailure = Response{Type: "INTEGRATION_FAILURE", Code: fault.Unavailable, RetryAfter: 2, Why: "The function failed, could not be started, or answered more than 6 MB."}
	IntegrationTimeout = Response{Type: "INTEGRATION_TIMEOUT", Code: fault.Unavailable, RetryAfter: 2, Why: "The function took more than 29 s."}
)

// Responses lists those in the template. Any other is a DEFAULT.
func Responses() []Response {
	return []Response{
		NoRoute,
		{Type: "RESOURCE_NOT_FOUND", Code: fault.NotFound},
		{Type: "INVALID_SIGNATURE", Code: fault.NotFound, Why: "On an address that is not there, the gateway takes \"Token …\" for a broken signature of AWS's own."},
		{Type: "ACCESS_DENIED", Code: fault.NotFound, Why: "As above."},
		{Type: "EXPIRED_TOKEN", Code: fault.NotFound, Why: "As above."},
		{Type: "BAD_REQUEST_BODY", Code: fault.MalformedBody},
		{Type: "BAD_REQUEST_PARAMETERS", Code: fault.MalformedBody},
		{Type: "REQUEST_TOO_LARGE", Code: fault.BodyTooLarge, Why: "Others have seen the gateway's own words instead: clients go by the status."},
		{Type: "THROTTLED", Code: fault.TooManyRequests, RetryAfter: 2},
		{Type: "QUOTA_EXCEEDED", Code: fault.TooManyRequests, RetryAfter: 2},
		{Type: "WAF_FILTERED", Code: fault.TooManyRequests, RetryAfter: 60, Why: "A client's address sent more than WAF's rules let through."},
		IntegrationTimeout,
		IntegrationFailure,
		{Type: "DEFAULT_4XX", Code: fault.MalformedBody, OwnStatus: true, Why: "A request that is too large may end here, and keeps its 413."},
		{Type: "DEFAULT_5XX", Code: fault.Internal},
	}
}

// Status returns the response's HTTP status.
func (r Response) Status() int { return api.Plain(r.Code).Status }

// Header returns the response's headers, except CORS. The gateway can't choose a
// language: the sentence is in both.
func (r Response) Header() map[string]string {
	h := map[string]string{
		"Cache-Control": "no-store", "Content-Language": "ko, en", "X-Content-Type-Options": "nosniff",
		"Strict-Transport-Security": "max-age=31536000; includeSubDomains",
	}
	if r.RetryAfter > 0 {
		h["Retry-After"] = strconv.Itoa(r.RetryAfter)
	}
	return h
}

// Body returns the response's JSON, the contract's three fields.
func (r Response) Body() string {
	w := api.Plain(r.Code)
	body := struct {
		Detail string     `json:"detail"`
		Code   int        `json:"code"`
		Error  fault.Code `json:"error"`
	}{w.KO + " / " + w.EN, w.Status, r.Code}
	text, _ := json.Marshal(body) // strings and a number, which can't fail
	return string(text)
}

// Write answers with the response.
func (r Response) Write(w http.ResponseWriter) {
	for name, value := range r.Header() {
		w.Header().Set(name, value)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(r.Status())
	w.Write([]byte(r.Body())) // the caller may have hung up
}
