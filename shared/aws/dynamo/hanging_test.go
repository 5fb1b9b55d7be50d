package dynamo_test

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// A table that accepts connections and never answers is called three times, and
// each call ends by the client's own limit: the callers' contexts have none here.
func TestATableThatHangsIsGivenUp(t *testing.T) {
	var asked atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.Copy(io.Discard, r.Body) // a server notices that its caller has gone only after reading the body
		<-r.Context().Done()
	}))
	defer server.Close()
	s := dynamo.New(client.Tables(servers.Config(t)), &server.URL, servers.Tables())
	if _, err := s.Member(t.Context(), "kim"); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	if n := asked.Load(); n != 3 {
		t.Errorf("asked %d times", n)
	}
}
