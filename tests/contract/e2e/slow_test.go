package e2e

import (
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"systole/tests/support/lambdaruntime"
	"systole/tests/support/servers"
)

// atOnceMost is the number of calls that the request makes at the same time.
const atOnceMost = 2

// TestASlowStoreIsAnsweredBeforeTheFunctionsTimeOut uses stores that accept
// requests and never answer.
func TestASlowStoreIsAnsweredBeforeTheFunctionsTimeOut(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	var connections atomic.Int64
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			connections.Add(1)
			defer conn.Close()
		}
	}()
	endpoint := "http://" + silent.Addr().String()
	var log safeBuffer
	function, err := lambdaruntime.Start(built(t, "functions/authenticate/has_model"), servers.AWS{DynamoDB: endpoint, S3: endpoint}.Environment(), 3*time.Second, &log)
	if err != nil {
		t.Fatal(err)
	}
	defer function.Stop()
	c := &caller{t: t, impatient: true, base: "https://api.example.com", token: "0123456789abcdef0123456789abcdef01234567",
		http: &http.Client{Transport: lambda{"authenticate/has_model": function}}}
	a := c.get("/authenticate/check_user/")
	c.want(a, http.StatusServiceUnavailable, "error", "unavailable")
	if a.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	// The deadline ends the first attempt of a call. Without it the SDK makes
	// three attempts.
	if n := connections.Load(); n < 1 || n > atOnceMost {
		t.Errorf("%d connections to the stores, want 1 to %d", n, atOnceMost)
	}
}
