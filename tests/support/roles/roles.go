// Package roles stands before a test's stores as IAM stands before those of AWS.
// It lets a call through only if the function's grants in functions/functions.go
// allow it; another test holds the template's roles to the same grants.
package roles

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path"
	"slices"
	"strings"
	"testing"

	"systole/functions"
	"systole/tests/support/servers"
)

// Enforce returns endpoints for the function that lead to those of aws until the
// test ends. A call outside the function's grants is refused with AWS's own error
// and fails the test.
func Enforce(t testing.TB, f functions.Function, aws servers.AWS) servers.AWS {
	role := role{f}
	denied := func(need string) { t.Errorf("%s may not %s", f.Folder, need) }
	return servers.AWS{
		DynamoDB: before(t, aws.DynamoDB, role.json(tableCalls, denied), nil),
		S3:       before(t, aws.S3, role.object(denied), role.hidden),
		Secrets:  before(t, aws.Secrets, role.json(secretCalls, denied), nil),
	}
}

// before starts a proxy to the target. check sees each request first and returns
// false for one that it has answered itself; answered may change the target's
// answer.
func before(t testing.TB, target string, check func(http.ResponseWriter, *http.Request) bool, answered func(*http.Response) error) string {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // the host is part of the request's signature
		},
		ModifyResponse: answered,
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if check(w, r) {
			proxy.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(server.Close)
	return server.URL
}

type role struct{ f functions.Function }

// allows reports whether a grant covers the action on the resource, written as in
// the table of functions: "Members/index/due", "Bucket/models/1/2".
func (r role) allows(action, resource string) bool {
	return slices.ContainsFunc(r.f.Grants, func(g functions.Grant) bool {
		return slices.Contains(g.Actions, action) && matches(g.Resource, resource)
	})
}

// matches compares a resource with a pattern of IAM, whose asterisk stands for
// slashes as well.
func matches(pattern, resource string) bool {
	first, last, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == resource
	}
	return len(resource) >= len(first)+len(last) && strings.HasPrefix(resource, first) && strings.HasSuffix(resource, last)
}

// call is an action on a resource that a request needs.
type call struct{ action, resource string }

// json checks requests of AWS's JSON protocol, which name their action in a
// header and their resource in the body.
func (r role) json(calls func(action string, body []byte) ([]call, error), denied func(need string)) func(http.ResponseWriter, *http.Request) bool {
	return func(w http.ResponseWriter, request *http.Request) bool {
		body, err := io.ReadAll(request.Body)
		if err != nil {
			return false
		}
		request.Body = io.NopCloser(bytes.NewReader(body))
		_, action, _ := strings.Cut(request.Header.Get("X-Amz-Target"), ".")
		needs, err := calls(action, body)
		if err != nil {
			denied(err.Error())
		}
		for _, c := range needs {
			if !r.allows(c.action, c.resource) {
				denied(c.action + " on " + c.resource)
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"__type":"AccessDeniedException","message":"not authorized"}`)
				return false
			}
		}
		return true
	}
}

var tables = map[string]string{
	servers.MembersTable: "Members", servers.TokensTable: "Tokens", servers.ActivityTable: "Activity", servers.GrantsTable: "Grants",
}

// tableCalls returns the calls in a request to DynamoDB. IAM judges a transaction
// by the actions inside it.
func tableCalls(action string, body []byte) ([]call, error) {
	var input struct {
		TableName, IndexName string
		RequestItems         map[string]json.RawMessage
		TransactItems        []map[string]struct{ TableName string }
	}
	if err := json.Unmarshal(body, &input); err != nil {
		return nil, fmt.Errorf("%s: %w", action, err)
	}
	actions := map[string]string{
		"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem", "Get": "GetItem",
	}
	var all []call
	for _, item := range input.TransactItems {
		for kind, of := range item {
			all = append(all, call{actions[kind], tables[of.TableName]})
		}
	}
	for table := range input.RequestItems {
		all = append(all, call{action, tables[table]})
	}
	if input.TableName != "" {
		resource := tables[input.TableName]
		if input.IndexName != "" {
			resource += "/index/" + input.IndexName
		}
		all = append(all, call{action, resource})
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s of no table", action)
	}
	return all, nil
}

func secretCalls(action string, _ []byte) ([]call, error) { return []call{{action, "Keys"}}, nil }

// object checks a request to S3.
func (r role) object(denied func(need string)) func(http.ResponseWriter, *http.Request) bool {
	actions := map[string]string{
		http.MethodGet: "GetObject", http.MethodHead: "GetObject", http.MethodPut: "PutObject", http.MethodDelete: "DeleteObject",
	}
	return func(w http.ResponseWriter, request *http.Request) bool {
		resource := path.Join("Bucket", strings.TrimPrefix(request.URL.Path, "/"+servers.Bucket))
		action := actions[request.Method]
		query := request.URL.Query()
		switch {
		case query.Has("versions"):
			action = "ListBucketVersions"
		case resource == "Bucket":
			action = "ListBucket"
		case query.Has("versionId"):
			action += "Version"
		}
		if r.allows(action, resource) {
			return true
		}
		denied(action + " on " + resource)
		forbid(w)
		return false
	}
}

const forbidden = `<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>`

func forbid(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(http.StatusForbidden)
	fmt.Fprint(w, forbidden)
}

// Unlisted returns a change of S3's answers for a function whose role may not
// list the bucket: a missing object answers 403, as S3 does.
func Unlisted(f functions.Function) func(*http.Response) error { return role{f}.hidden }

// hidden turns S3's 404 into 403 if the role may not list the bucket, as S3 does.
func (r role) hidden(answer *http.Response) error {
	if answer.StatusCode != http.StatusNotFound || r.allows("ListBucket", "Bucket") {
		return nil
	}
	answer.Body.Close()
	answer.StatusCode, answer.Status = http.StatusForbidden, "403 Forbidden"
	answer.Body, answer.ContentLength = io.NopCloser(strings.NewReader(forbidden)), int64(len(forbidden))
	answer.Header.Set("Content-Length", fmt.Sprint(len(forbidden)))
	return nil
}
