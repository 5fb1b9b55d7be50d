package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"systole/functions"
	"systole/infra/service"
	"systole/shared/aws/gateway"
	"systole/shared/config"
	"systole/tests/support/fixture"
)

// stack answers for the functions of a stack with the whole service, and records
// which functions are called.
type stack struct {
	answer func(context.Context, events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error)
	stores service.Stores
	asked  []version
	// broken is a version that answers with this status, or crashes if it is 0.
	broken version
	status int
}

func newStack(t *testing.T, change func(*config.Config)) *stack {
	t.Helper()
	stores, err := fixture.Memory(time.Now)
	if err != nil {
		t.Fatal(err)
	}
	settings, err := fixture.Settings()
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(&settings)
	}
	return &stack{answer: gateway.Proxy(fixture.New(settings, stores, time.Now)), stores: stores}
}

func (s *stack) Invoke(ctx context.Context, v version, request events.APIGatewayProxyRequest) (events.APIGatewayProxyResponse, error) {
	s.asked = append(s.asked, v)
	if v == s.broken && s.status == 0 {
		return events.APIGatewayProxyResponse{}, errors.New("crashed")
	}
	if v == s.broken {
		return events.APIGatewayProxyResponse{StatusCode: s.status, Body: `{"error":"internal"}`}, nil
	}
	return s.answer(ctx, request)
}

// left returns the number of members.
func (s *stack) left(t *testing.T) int {
	t.Helper()
	all, _, err := s.stores.Members.MembersPage(t.Context(), "", 10)
	if err != nil {
		t.Fatal(err)
	}
	return len(all)
}

func TestANewVersionIsTriedByAMemberWhoLeavesAgain(t *testing.T) {
	for name, change := range map[string]func(*config.Config){
		"as it is set by default": nil,
		"with consent and a nonce": func(c *config.Config) {
			c.ConsentRequired, c.ChallengeRequired = true, true
		},
	} {
		t.Run(name, func(t *testing.T) {
			for _, folder := range walked {
				s := newStack(t, change)
				tried := version{functions.Function{Folder: folder}.Name("systole"), "7"}
				if err := try(t.Context(), s, "systole", tried); err != nil {
					t.Errorf("%s: %v", folder, err)
				}
				if !slices.Contains(s.asked, tried) {
					t.Errorf("%s isn't asked: %v", folder, s.asked)
				}
				for _, v := range s.asked {
					if v.Function == tried.Function && v != tried || v.Function != tried.Function && v.Number != live {
						t.Errorf("%s: version %s of %s is asked", folder, v.Number, v.Function)
					}
				}
				if n := s.left(t); n != 0 {
					t.Errorf("%s: %d members are left", folder, n)
				}
			}
		})
	}
}

// A version that answers 500 or crashes does not pass, and the test's member is
// deleted all the same.
func TestABrokenVersionDoesNotPass(t *testing.T) {
	for _, f := range functions.All() {
		if len(f.Routes) == 0 {
			continue
		}
		for _, status := range []int{0, http.StatusInternalServerError} {
			s := newStack(t, nil)
			s.broken, s.status = version{f.Name("systole"), "7"}, status
			if err := try(t.Context(), s, "systole", s.broken); err == nil {
				t.Errorf("%s passes with status %d", f.Folder, status)
			}
			if n := s.left(t); n != 0 && f.Folder != "members/delete" {
				t.Errorf("%s: %d members are left", f.Folder, n)
			}
		}
	}
}

// A function outside the walk is called with an unknown token.
func TestEveryOtherFunctionIsAskedItsFirstRoute(t *testing.T) {
	for _, f := range functions.All() {
		if len(f.Routes) == 0 || slices.Contains(walked, f.Folder) {
			continue
		}
		s := newStack(t, nil)
		if err := try(t.Context(), s, "systole", version{f.Name("systole"), "7"}); err != nil || len(s.asked) != 1 {
			t.Errorf("%s: %v, %v", f.Folder, s.asked, err)
		}
	}
}

func TestAFunctionOfAnotherStackIsNotTried(t *testing.T) {
	if err := try(t.Context(), newStack(t, nil), "systole", version{"other-MembersCreate", "7"}); err == nil {
		t.Error("it passes")
	}
}

// deployment stands in for CodeDeploy, and for Lambda with a function that passes
// or fails.
type deployment struct {
	spec   string
	status int
	told   map[string]string
}

func (d *deployment) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	switch {
	case r.Header.Get("X-Amz-Target") == "CodeDeploy_20141006.GetDeployment":
		json.NewEncoder(w).Encode(map[string]any{"deploymentInfo": map[string]any{"revision": map[string]any{"revisionType": "String", "string": map[string]string{"content": d.spec}}}})
	case r.Header.Get("X-Amz-Target") == "CodeDeploy_20141006.PutLifecycleEventHookExecutionStatus":
		json.NewDecoder(r.Body).Decode(&d.told)
		io.WriteString(w, "{}")
	case r.URL.Path == "/2015-03-31/functions/systole-MembersLogout/invocations" && r.URL.Query().Get("Qualifier") == "7":
		json.NewEncoder(w).Encode(events.APIGatewayProxyResponse{StatusCode: d.status, Body: "{}"})
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func TestTheVerdictGoesToTheDeployment(t *testing.T) {
	const spec = `{"version":"0.0","Resources":[{"logOut":{"Type":"AWS::Lambda::Function","Properties":{"Name":"systole-MembersLogout","Alias":"live","CurrentVersion":"6","TargetVersion":"7"}}}]}`
	tests := []struct {
		name, spec string
		status     int
		want       string
	}{
		{"a version that works", spec, http.StatusUnauthorized, "Succeeded"},
		{"a version that fails", spec, http.StatusInternalServerError, "Failed"},
		{"another function", strings.ReplaceAll(spec, "Logout", "Unknown"), http.StatusOK, "Failed"},
		{"a content that can't be read", "version: 0.0", http.StatusOK, "Failed"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := &deployment{spec: tt.spec, status: tt.status}
			server := httptest.NewServer(d)
			defer server.Close()
			sdk := aws.Config{Region: "ap-northeast-2", Credentials: credentials.NewStaticCredentialsProvider("id", "secret", "")}
			c := &caller{sdk: sdk, http: server.Client(), getenv: func(name string) string {
				return map[string]string{"AWS_ENDPOINT_URL": server.URL}[name]
			}}
			h := &hook{deployments: c, functions: c, stack: "systole", log: slog.New(slog.DiscardHandler)}
			if err := h.handle(t.Context(), event{"d-1", "e-1"}); err != nil {
				t.Fatal(err)
			}
			if d.told["status"] != tt.want || d.told["deploymentId"] != "d-1" || d.told["lifecycleEventHookExecutionId"] != "e-1" {
				t.Errorf("told %v, want %s", d.told, tt.want)
			}
		})
	}
}
