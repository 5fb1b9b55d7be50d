// Package e2e tests the whole service from outside: the local command over HTTP,
// and the functions as they are built for Lambda by events.
package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"systole/tests/contract/described"
	"systole/tests/support/recordings"
)

// caller is the client of one person.
type caller struct {
	t      testing.TB
	http   *http.Client
	base   string
	person int
	token  string
	// impatient accepts a 503 as the answer; other callers retry after the time
	// that it states.
	impatient bool
}

// answer is a response with its body read as JSON.
type answer struct {
	request string
	status  int
	header  http.Header
	body    map[string]any
}

// do sends a request. It repeats one that a busy service refuses, after the time
// that the refusal states.
func (c *caller) do(method, path, contentType string, body io.Reader) answer {
	c.t.Helper()
	var sent []byte
	if body != nil {
		sent, _ = io.ReadAll(body) // reading from memory cannot fail
	}
	for {
		a := c.try(method, path, contentType, sent)
		if a.status != http.StatusServiceUnavailable || c.impatient {
			return a
		}
		seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
		if err != nil {
			c.t.Errorf("%s: 503 with Retry-After %q", a.request, a.header.Get("Retry-After"))
			return a
		}
		select {
		case <-time.After(time.Duration(seconds) * time.Second):
		case <-c.t.Context().Done():
			return a
		}
	}
}

func (c *caller) try(method, path, contentType string, body []byte) answer {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, bytes.NewReader(body))
	if err != nil {
		c.t.Error(err)
		return answer{}
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Token "+c.token)
	}
	a := answer{request: fmt.Sprintf("person %d: %s %s", c.person, method, path)}
	response, err := c.http.Do(r)
	if err != nil {
		c.t.Errorf("%s: %v", a.request, err)
		return a
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		c.t.Errorf("%s: body: %v", a.request, err)
	}
	a.status, a.header = response.StatusCode, response.Header
	if err := json.Unmarshal(raw, &a.body); err != nil {
		c.t.Errorf("%s: status %d: body: %v", a.request, a.status, err)
	}
	isDescribed(c.t, described.Answer{Method: method, Path: path, Status: a.status, Header: a.header, Body: raw})
	return a
}

// isDescribed fails the test unless the OpenAPI document describes the answer.
func isDescribed(t testing.TB, a described.Answer) {
	t.Helper()
	document, err := described.Load()
	if err == nil {
		err = document.Check(a)
	}
	if err != nil {
		t.Error(err)
	}
}

func (c *caller) get(path string) answer {
	c.t.Helper()
	return c.do(http.MethodGet, path, "", nil)
}

// want fails the test unless the answer has the status and the field's value.
func (c *caller) want(a answer, status int, field string, value any) {
	c.t.Helper()
	if a.status != status || a.body[field] != value {
		c.t.Errorf("%s: status %d, body %v; want %d with %s = %v", a.request, a.status, a.body, status, field, value)
	}
}

// send posts fields in one of the three encodings that clients use.
func (c *caller) send(path string, fields map[string]string) answer {
	c.t.Helper()
	switch c.person % 3 {
	case 0:
		body, _ := json.Marshal(fields) // strings can always be encoded
		return c.do(http.MethodPost, path, "application/json", bytes.NewReader(body))
	case 1:
		values := url.Values{}
		for name, value := range fields {
			values.Set(name, value)
		}
		return c.do(http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(values.Encode()))
	}
	contentType, body := form(fields, "", nil)
	return c.do(http.MethodPost, path, contentType, body)
}

func (c *caller) signUp(username, password string) {
	c.t.Helper()
	a := c.send("/members/create/", map[string]string{"username": username, "password": password, "name": "사람 " + strconv.Itoa(c.person)})
	c.want(a, 200, "code", 200.0)
	user, _ := a.body["user"].(map[string]any)
	if user["username"] != username || user["name"] != "사람 "+strconv.Itoa(c.person) {
		c.t.Errorf("%s: user is %v", a.request, user)
	}
}

func (c *caller) logIn(username, password string) {
	c.t.Helper()
	a := c.send("/members/login/", map[string]string{"username": username, "password": password})
	c.want(a, 200, "code", "login_success")
	c.token, _ = a.body["token"].(string)
	if len(c.token) != 40 {
		c.t.Errorf("%s: token has %d characters", a.request, len(c.token))
	}
}

// upload posts a recording under one of the part names that clients use.
func (c *caller) upload(path string, recording []byte) answer {
	c.t.Helper()
	part := [...]string{"data", "ECG", "EEG"}[c.person%3]
	fields := map[string]string{"sampling_rate": strconv.Itoa(recordings.RateHz)}
	if c.person%2 == 0 {
		fields["token"] = c.token
	}
	contentType, body := form(fields, part, recording)
	return c.do(http.MethodPost, path, contentType, body)
}

// form makes a multipart body with fields and, if part isn't empty, a file.
func form(fields map[string]string, part string, file []byte) (contentType string, body *bytes.Buffer) {
	body = new(bytes.Buffer)
	w := multipart.NewWriter(body)
	for name, value := range fields {
		w.WriteField(name, value) // writes to memory cannot fail
	}
	if part != "" {
		p, _ := w.CreateFormFile(part, "내 심전도: 2026.csv")
		p.Write(file)
	}
	w.Close()
	return w.FormDataContentType(), body
}
