package roles

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"systole/functions"
	"systole/tests/support/servers"
)

// recorder is a testing.TB that does not fail when a call is refused.
type recorder struct {
	testing.TB
	refusals []string
}

func (r *recorder) Errorf(_ string, args ...any) { r.refusals = append(r.refusals, args[1].(string)) }

func TestACallPassesIfTheFunctionsGrantsHaveIt(t *testing.T) {
	store := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/gone") {
			w.WriteHeader(http.StatusNotFound)
		}
	}))
	defer store.Close()
	reader := functions.Function{Folder: "reader", Grants: []functions.Grant{
		{Resource: "Members", Actions: []string{"GetItem", "UpdateItem"}},
		{Resource: "Bucket/models/*", Actions: []string{"GetObject"}},
	}}
	lister := functions.Function{Folder: "lister", Grants: append(reader.Grants, functions.Grant{Resource: "Bucket", Actions: []string{"ListBucket"}})}
	get, put := http.MethodGet, http.MethodPut
	for name, c := range map[string]struct {
		function             functions.Function
		method, target, path string
		body, refused        string
		status               int
	}{
		"a granted action":             {reader, "POST", "GetItem", "/", `{"TableName":"members"}`, "", 200},
		"another action":               {reader, "POST", "PutItem", "/", `{"TableName":"members"}`, "PutItem on Members", 400},
		"another table":                {reader, "POST", "GetItem", "/", `{"TableName":"tokens"}`, "GetItem on Tokens", 400},
		"an index":                     {reader, "POST", "GetItem", "/", `{"TableName":"members","IndexName":"due"}`, "GetItem on Members/index/due", 400},
		"a transaction":                {reader, "POST", "TransactWriteItems", "/", `{"TransactItems":[{"Update":{"TableName":"members"}}]}`, "", 200},
		"a transaction with an insert": {reader, "POST", "TransactWriteItems", "/", `{"TransactItems":[{"Put":{"TableName":"members"}}]}`, "PutItem on Members", 400},
		"an object":                    {reader, get, "", "/recordings/models/1/2", "", "", 200},
		"an object of another kind":    {reader, get, "", "/recordings/uploads/1/2", "", "GetObject on Bucket/uploads/1/2", 403},
		"writing an object":            {reader, put, "", "/recordings/models/1/2", "", "PutObject on Bucket/models/1/2", 403},
		"no object, without the list":  {reader, get, "", "/recordings/models/gone", "", "", 403},
		"no object, with the list":     {lister, get, "", "/recordings/models/gone", "", "", 404},
	} {
		t.Run(name, func(t *testing.T) {
			seen := &recorder{TB: t}
			allowed := Enforce(seen, c.function, servers.AWS{DynamoDB: store.URL, S3: store.URL, Secrets: store.URL})
			base := allowed.S3
			if c.target != "" {
				base = allowed.DynamoDB
			}
			request, err := http.NewRequestWithContext(t.Context(), c.method, base+c.path, strings.NewReader(c.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Amz-Target", "DynamoDB_20120810."+c.target)
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			if got := strings.Join(seen.refusals, ", "); answer.StatusCode != c.status || got != c.refused {
				t.Errorf("%d, refused %q; want %d, %q", answer.StatusCode, got, c.status, c.refused)
			}
		})
	}
}
