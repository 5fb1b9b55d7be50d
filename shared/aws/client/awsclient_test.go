package client

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"systole/shared/measure"
	"systole/shared/store"
)

// variables returns Lambda's environment with some changes.
func variables(change map[string]string) func(string) string {
	return func(name string) string {
		if value, ok := change[name]; ok {
			return value
		}
		return map[string]string{
			"AWS_REGION": "eu-west-1", "AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "session",
		}[name]
	}
}

func TestSettingsAreThoseOfTheEnvironment(t *testing.T) {
	config, err := Config(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	got, err := config.Credentials.Retrieve(t.Context())
	want := aws.Credentials{AccessKeyID: "id", SecretAccessKey: "secret", SessionToken: "session", Source: "environment"}
	if err != nil || got != want || config.Region != "eu-west-1" {
		t.Errorf("%s, %+v, %v", config.Region, got, err)
	}
	if _, err := Config(variables(map[string]string{"AWS_SESSION_TOKEN": ""})); err != nil {
		t.Errorf("of a user, who has no session: %v", err)
	}
	needed := []string{"AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}
	none := map[string]string{}
	for _, name := range needed {
		none[name] = ""
		if _, err := Config(variables(map[string]string{name: ""})); err == nil || !strings.Contains(err.Error(), name+" is not set") {
			t.Errorf("without %s: %v", name, err)
		}
	}
	_, err = Config(variables(none))
	for _, name := range needed {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without all three: %v", err)
		}
	}
}

func TestTheFirstSettingsReadOneBundleOfAuthorities(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "bundle.crt")
	if err := os.WriteFile(bundle, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_DIR", "")
	authorities = sync.Once{}
	if _, err := Config(variables(map[string]string{"SSL_CERT_FILE": bundle})); err != nil || os.Getenv("SSL_CERT_DIR") != os.DevNull {
		t.Errorf("the folder is %q, %v", os.Getenv("SSL_CERT_DIR"), err)
	}
}

func TestACallIsTriedThreeTimesWithinItsLimits(t *testing.T) {
	config, err := Config(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	retryer := config.Retryer()
	if n := retryer.MaxAttempts(); n != 3 {
		t.Errorf("%d attempts", n)
	}
	longest := time.Duration(0)
	for range 100 {
		wait, err := retryer.RetryDelay(30, errors.New("any"))
		if err != nil {
			t.Fatal(err)
		}
		longest = max(longest, wait)
	}
	if longest > 500*time.Millisecond || longest < 250*time.Millisecond {
		t.Errorf("it waits %v between them at most", longest)
	}
	for name, tt := range map[string]struct {
		config aws.Config
		limit  time.Duration
	}{"an object": {config, 5 * time.Second}, "a row": {Tables(config), time.Second}} {
		client := tt.config.HTTPClient.(*awshttp.BuildableClient)
		if client.GetTimeout() != tt.limit || client.GetDialer().Timeout != time.Second || client.GetTransport().TLSHandshakeTimeout != 2*time.Second {
			t.Errorf("%s: %v an attempt, %v to connect, %v to shake hands", name, client.GetTimeout(), client.GetDialer().Timeout, client.GetTransport().TLSHandshakeTimeout)
		}
		if tt.config.Region != "eu-west-1" {
			t.Errorf("%s is in %s", name, tt.config.Region)
		}
	}
}

func TestCallsAreMeasuredAsTheStepStore(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "{}") }))
	defer server.Close()
	config, err := Config(variables(nil))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Unix(0, 0)
	ctx, request := measure.With(t.Context(), func() time.Time { now = now.Add(time.Second); return now })
	tables := dynamodb.NewFromConfig(config, func(o *dynamodb.Options) { o.BaseEndpoint = &server.URL })
	if _, err := tables.ListTables(ctx, &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	if all := request.All(); len(all) == 0 || all[0].Name != "store_ms" || all[0].Value == 0 {
		t.Errorf("measured %+v", all)
	}
}

func TestAnEndpointIsTheServicesOrThatOfAll(t *testing.T) {
	for _, tt := range []struct {
		variables map[string]string
		want      string
	}{
		{nil, "AWS's"},
		{map[string]string{"AWS_ENDPOINT_URL": "all"}, "all"},
		{map[string]string{"AWS_ENDPOINT_URL_S3": "s3"}, "s3"},
		{map[string]string{"AWS_ENDPOINT_URL_S3": "s3", "AWS_ENDPOINT_URL": "all"}, "s3"},
		{map[string]string{"AWS_ENDPOINT_URL_DYNAMODB": "tables"}, "AWS's"},
	} {
		got := "AWS's"
		if url := Endpoint(variables(tt.variables), "S3"); url != nil {
			got = *url
		}
		if got != tt.want {
			t.Errorf("%v: %s", tt.variables, got)
		}
	}
}

// answered returns the error of an answer with a status.
func answered(status int, err error) error {
	return &smithy.OperationError{Err: &awshttp.ResponseError{ResponseError: &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err}}}
}

func TestWhatMaySucceedLaterIsUnavailable(t *testing.T) {
	code := func(code string) error { return &smithy.GenericAPIError{Code: code, Message: "m"} }
	for _, tt := range []struct {
		name string
		err  error
		want bool
	}{
		{"a deadline", fmt.Errorf("call: %w", context.DeadlineExceeded), true},
		{"a caller who is gone", context.Canceled, true},
		{"a body that was cut off", io.ErrUnexpectedEOF, true},
		{"no connection", &net.OpError{Op: "dial", Err: errors.New("refused")}, true},
		{"a request that wasn't sent", &smithyhttp.RequestSendError{Err: tls.AlertError(40)}, true},
		{"a fault of the service", answered(500, code("InternalServerError")), true},
		{"one of those", answered(503, code("SlowDown")), true},
		{"a client's mistake", answered(499, code("ValidationException")), false},
		{"one that it may not make", answered(403, code("AccessDenied")), false},
		{"throttling", answered(400, code("ProvisionedThroughputExceededException")), true},
		{"throttling without a response", code("ThrottlingException"), true},
		{"a condition that failed", answered(400, code("ConditionalCheckFailedException")), false},
		{"anything else", errors.New("anything"), false},
	} {
		err := Error("read", tt.err)
		if errors.Is(err, store.ErrUnavailable) != tt.want || !errors.Is(err, tt.err) || !strings.HasPrefix(err.Error(), "read: ") {
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	if err := Error("read", nil); err != nil {
		t.Errorf("no error: %v", err)
	}
}
