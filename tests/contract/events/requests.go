package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/infra/restapi"
)

// fields are the fields of a body.
type fields = map[string]any

func jsonRequest(path string, f fields) events.APIGatewayProxyRequest {
	body, err := json.Marshal(f)
	if err != nil {
		panic(err) // strings and numbers only
	}
	return request(http.MethodPost, path, "", "application/json; charset=UTF-8", body)
}

func formRequest(path, body string) events.APIGatewayProxyRequest {
	return request(http.MethodPost, path, "", "application/x-www-form-urlencoded", []byte(body))
}

// boundary is that of the multipart bodies, always the same so that the files
// are.
const boundary = "3d0a1f44-6c1e-4b7a-9a53-2f1d6b7c8e90"

// fileRequest is a multipart request, with a file unless part is empty.
func fileRequest(path, token string, f fields, part string, file []byte) events.APIGatewayProxyRequest {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	form.SetBoundary(boundary) // well-formed, and writes to memory don't fail
	for _, name := range slices.Sorted(maps.Keys(f)) {
		form.WriteField(name, fmt.Sprint(f[name]))
	}
	if part != "" {
		w, _ := form.CreateFormFile(part, "심전도 2026-03-01 09:30.csv")
		w.Write(file)
	}
	form.Close()
	return request(http.MethodPost, path, token, form.FormDataContentType(), body.Bytes())
}

// sent is the time of all requests.
var sent = time.Date(2026, 3, 1, 0, 30, 0, 0, time.UTC)

// request returns the event that API Gateway makes of a request of the app.
func request(method, path, token, contentType string, body []byte) events.APIGatewayProxyRequest {
	r := httptest.NewRequest(method, "https://abcdefghij.execute-api.us-east-1.amazonaws.com"+path, bytes.NewReader(body))
	r.RemoteAddr = "203.0.113.7:52110"
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("User-Agent", "okhttp/4.12.0")
	r.Header.Set("X-Forwarded-For", "203.0.113.7")
	r.Header.Set("X-Forwarded-Port", "443")
	r.Header.Set("X-Forwarded-Proto", "https")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if token != "" {
		r.Header.Set("Authorization", "Token "+token)
	}
	event, err := restapi.Event(r)
	if err != nil {
		panic(err) // only for bodies beyond the gateway's limits
	}
	path = r.URL.Path
	event.Resource = strings.TrimSuffix(path, "/")
	c := &event.RequestContext
	c.AccountID, c.APIID, c.DomainName, c.DomainPrefix = "123456789012", "abcdefghij", r.Host, "abcdefghij"
	c.Stage, c.Path, c.ResourcePath, c.ResourceID = "prod", "/prod"+path, event.Resource, "a1b2c3"
	c.RequestID, c.ExtendedRequestID = "6f1f2ed0-5a0b-4a7e-8c3d-0b9d6f4f7a11", "JKJaXmPLvHcESHA="
	c.RequestTime, c.RequestTimeEpoch = sent.Format("02/Jan/2006:15:04:05 -0700"), sent.UnixMilli()
	return event
}
