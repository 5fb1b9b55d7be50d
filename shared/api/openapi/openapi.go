// Package openapi describes the API: one document, written by hand, for
// machines as it is and for people as a page. Tests hold it to the routes, to
// the words of refusals and to real answers.
package openapi

import (
	_ "embed"
	"strings"

	"systole/shared/api"
	"systole/shared/api/page"
)

//go:embed openapi.json
var document string

// Document is the description of the API: OpenAPI 3.1, in JSON.
func Document() []byte { return []byte(document) }

// Routes are the document and its page.
func Routes() []api.Route {
	plain := func() ([]byte, error) { return Document(), nil }
	return []api.Route{
		page.New("application/json; charset=utf-8", "", plain).Route(api.PathOpenAPI),
		page.New("text/html; charset=utf-8", policy(), render).Route(api.PathDocs),
	}
}

// policy allows the page its own style sheet and nothing else.
func policy() string {
	return strings.Join([]string{
		"default-src 'none'", "style-src " + styleHash(), "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'",
	}, "; ")
}
