package e2e

import (
	"net"
	"net/http"
	"testing"
	"time"

	"systole/tests/support/lambdaruntime"
	"systole/tests/support/servers"
)

// TestASlowStoreIsAnsweredBeforeTheFunctionsTimeOut lets the stores take
// requests and never answer.
func TestASlowStoreIsAnsweredBeforeTheFunctionsTimeOut(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			defer conn.Close()
		}
	}()
	endpoint := "http://" + silent.Addr().String()
	binary, err := lambdaruntime.Build(t.Context(), root, "./functions/authenticate/has_model", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var log safeBuffer
	function, err := lambdaruntime.Start(binary, servers.AWS{DynamoDB: endpoint, S3: endpoint}.Environment(), 3*time.Second, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer function.Stop()
	c := &caller{t: t, base: "https://api.example.com", token: "0123456789abcdef0123456789abcdef01234567",
		http: &http.Client{Transport: lambda{"GET /authenticate/check_user": function}}}
	a := c.get("/authenticate/check_user/")
	c.want(a, http.StatusServiceUnavailable, "error", "unavailable")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
}
