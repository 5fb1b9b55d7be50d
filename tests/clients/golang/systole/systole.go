// Package systole is a client of the service in Go: one file, the standard library
// alone.
package systole

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"strconv"
	"time"
)

// Client calls the service for one person.
type Client struct {
	Base  string // address of the service
	Token string // of the session, empty without one
	HTTP  http.Client
}

// New returns a client with a time limit for each call.
func New(base string) *Client {
	return &Client{Base: base, HTTP: http.Client{Timeout: 30 * time.Second}}
}

// Refusal is an answer that is no success.
type Refusal struct {
	Status         int           `json:"code"`
	Code           string        `json:"error"`  // a stable word
	Detail         string        `json:"detail"` // for a person
	SecondsMissing float64       `json:"seconds_missing"`
	Wait           time.Duration `json:"-"` // before the next try
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Detail }

// Call makes a request with fields, if there are any, and reads the answer's into
// answer. The error is a *Refusal if the service answered one.
func (c *Client) Call(ctx context.Context, method, path string, fields map[string]any, answer any) error {
	if fields == nil {
		return c.send(ctx, method, path, "", nil, answer)
	}
	body, err := json.Marshal(fields)
	if err != nil {
		return err
	}
	return c.send(ctx, method, path, "application/json", body, answer)
}

// Submit sends a recording with fields. What is larger than 4.4 MB goes by upload
// before it.
func (c *Client) Submit(ctx context.Context, path string, recording []byte, fields map[string]string, answer any) error {
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for name, value := range fields {
		form.WriteField(name, value) // to memory: can't fail
	}
	if len(recording) > 4_400_000 {
		id, err := c.Upload(ctx, recording)
		if err != nil {
			return err
		}
		form.WriteField("upload", id)
	} else {
		part, _ := form.CreateFormFile("data", "recording")
		part.Write(recording)
	}
	form.Close()
	return c.send(ctx, http.MethodPost, path, form.FormDataContentType(), body.Bytes(), answer)
}

// Upload puts a file where the service reads it, and returns its id.
func (c *Client) Upload(ctx context.Context, file []byte) (id string, err error) {
	var place struct {
		Upload, Method, URL string
		Headers             map[string]string
	}
	if err := c.Call(ctx, http.MethodPost, "/authenticate/uploads/", map[string]any{"size": len(file)}, &place); err != nil {
		return "", err
	}
	r, err := http.NewRequestWithContext(ctx, place.Method, place.URL, bytes.NewReader(file))
	if err != nil {
		return "", err
	}
	for name, value := range place.Headers {
		r.Header.Set(name, value)
	}
	stored, err := c.HTTP.Do(r)
	if err != nil {
		return "", err
	}
	defer stored.Body.Close()
	if stored.StatusCode != http.StatusOK {
		return "", fmt.Errorf("upload: %s", stored.Status)
	}
	return place.Upload, nil
}

func (c *Client) send(ctx context.Context, method, path, contentType string, body []byte, answer any) error {
	r, err := http.NewRequestWithContext(ctx, method, c.Base+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Accept-Language", "en")
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	if c.Token != "" {
		r.Header.Set("Authorization", "Token "+c.Token)
	}
	response, err := c.HTTP.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode == http.StatusOK {
		return json.NewDecoder(response.Body).Decode(answer)
	}
	refusal := &Refusal{Status: response.StatusCode, Code: "answer_unreadable"}
	_ = json.NewDecoder(response.Body).Decode(refusal) // a page of something on the way
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	refusal.Wait = time.Duration(seconds) * time.Second
	return refusal
}
