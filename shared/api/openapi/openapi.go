// Package openapi describes the API: one document, written by hand, for
// machines as it is and for people as a page, which is written from it (go
// generate ./shared/api/openapi) so that no function links the renderer.
// Tests hold the document to the routes, to the words of refusals and to real
// answers, and the page to the document.
package openapi

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"strings"

	"systole/shared/api"
	"systole/shared/api/page"
)

//go:generate go run ./render

var (
	//go:embed openapi.json
	document string
	//go:embed docs.html
	docs string
)

// Document returns the description of the API: OpenAPI 3.1, in JSON.
func Document() []byte { return []byte(document) }

// Routes are the document and its page.
func Routes() []api.Route {
	return []api.Route{
		page.New("application/json; charset=utf-8", "", func() ([]byte, error) { return Document(), nil }).Route(api.PathOpenAPI),
		page.New("text/html; charset=utf-8", "", func() ([]byte, error) { return []byte(docs), nil }).Allowing(policy).Route(api.PathDocs),
	}
}

// policy returns the page's Content-Security-Policy: it allows the page's own
// style sheet and script, calls to the service, and nothing else.
func policy() string {
	return strings.Join([]string{
		"default-src 'none'", "style-src " + hashOf("style"), "script-src " + hashOf("script"), "connect-src 'self'", "img-src data:", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}

// hashOf returns the policy's hash of the page's element of a name.
func hashOf(element string) string {
	sum := sha256.Sum256([]byte(inside(element)))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// inside returns the content of the page's element of a name.
func inside(element string) string {
	_, rest, _ := strings.Cut(docs, "<"+element+">")
	text, _, _ := strings.Cut(rest, "</"+element+">")
	return text
}
