package e2e

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"systole/functions"
	"systole/tests/support/gateway"
	"systole/tests/support/gotool"
	"systole/tests/support/lambdaruntime"
	"systole/tests/support/roles"
	"systole/tests/support/servers"
)

// lambda is the functions behind the gateway, by their folders below functions/.
// It is a handler, and an http.RoundTripper that leads to it.
type lambda map[string]invoker

// invoker is a running function.
type invoker interface {
	InvokeJSON(ctx context.Context, event, answer any) error
}

func (l lambda) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gateway.To(l.function).ServeHTTP(w, r)
}

func (l lambda) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	recorder := httptest.NewRecorder()
	l.ServeHTTP(recorder, r)
	return recorder.Result(), nil
}

func (l lambda) function(f functions.Function) gateway.Function {
	return func(ctx context.Context, event events.APIGatewayProxyRequest) (answer events.APIGatewayProxyResponse, err error) {
		function, ok := l[f.Folder]
		if !ok {
			return answer, fmt.Errorf("%s isn't started", f.Folder)
		}
		return answer, function.InvokeJSON(ctx, event, &answer)
	}
}

// functionTimeout is the longest that Lambda allows: another test covers a
// function's own time-out, and this machine may be busy.
const functionTimeout = 15 * time.Minute

// startFunction builds and starts a function that uses the given servers within
// the permissions of its role. more are further settings.
func startFunction(t *testing.T, folder string, aws servers.AWS, log io.Writer, more ...string) *lambdaruntime.Function {
	t.Helper()
	allowed := roles.Enforce(t, row(t, folder), aws)
	function, err := lambdaruntime.Start(built(t, "functions/"+folder), append(allowed.Environment(), more...), functionTimeout, log)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { function.Stop() })
	if err := function.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return function
}

// row returns the function's row in the table of functions.
func row(t *testing.T, folder string) functions.Function {
	t.Helper()
	all := functions.All()
	i := slices.IndexFunc(all, func(f functions.Function) bool { return f.Folder == folder })
	if i < 0 {
		t.Fatalf("%s is no function of the table", folder)
	}
	return all[i]
}

// built returns the binary of a command.
func built(t *testing.T, folder string) string {
	t.Helper()
	commands, err := gotool.Build(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return commands.Binary(folder)
}

func TestAFunctionSaysWhatIsMissingInItsEnvironment(t *testing.T) {
	var log safeBuffer
	function, err := lambdaruntime.Start(built(t, "functions/authenticate/check_user"), nil, functionTimeout, &log)
	if err != nil {
		t.Fatal(err)
	}
	if err := function.Ready(t.Context()); err == nil {
		t.Error("the function starts without its settings")
	}
	function.Stop()
	for _, name := range []string{"MEMBERS_TABLE", "TOKENS_TABLE", "BUCKET", "AWS_REGION"} {
		if !strings.Contains(log.String(), name+" is not set") {
			t.Errorf("nothing is said about %s: %s", name, log.String())
		}
	}
}

// safeBuffer collects the output of several processes.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
