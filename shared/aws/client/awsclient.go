// Package client configures the AWS SDK from the environment that Lambda sets,
// without the SDK's own config package: that also looks for files, profiles, SSO
// and instance roles, which takes a third of a function's start-up time and
// serves no purpose there.
package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"systole/shared/measure"
	"systole/shared/store"
)

// Limits of one call. Together they stay below a function's time-out, which in
// turn stays below API Gateway's 29 s; a request's own deadline ends a call
// earlier.
const (
	attempts       = 3
	longestBackoff = 500 * time.Millisecond
	dialTimeout    = time.Second
	attemptTimeout = 5 * time.Second // whole attempt, including the bytes of a template or an upload
	tableTimeout   = time.Second     // whole attempt at a row: a hanging table doesn't hold a function for long
)

// Config returns the SDK's settings: region and credentials from the variables
// that Lambda sets (AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
// AWS_SESSION_TOKEN). The error names every missing one.
func Config(getenv func(string) string) (aws.Config, error) {
	authorities.Do(func() { oneBundle(getenv) })
	var missing []error
	need := func(name string) string {
		value := getenv(name)
		if value == "" {
			missing = append(missing, fmt.Errorf("%s is not set: Lambda sets it; elsewhere, export it", name))
		}
		return value
	}
	credentials := aws.Credentials{
		AccessKeyID:     need("AWS_ACCESS_KEY_ID"),
		SecretAccessKey: need("AWS_SECRET_ACCESS_KEY"),
		SessionToken:    getenv("AWS_SESSION_TOKEN"),
		Source:          "environment",
	}
	config := aws.Config{
		Region: need("AWS_REGION"),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return credentials, nil
		}),
		HTTPClient: httpClient(attemptTimeout),
		// Standard, not adaptive: an adaptive client would hold requests back that
		// can be answered with a 503 at once.
		Retryer: func() aws.Retryer {
			return retry.NewStandard(func(o *retry.StandardOptions) {
				o.MaxAttempts = attempts
				o.MaxBackoff = longestBackoff
			})
		},
		APIOptions: []func(*middleware.Stack) error{timed},
		// Objects are sent and read with a checksum. The SDK's own config package has
		// this by default; without a value there is none.
		RequestChecksumCalculation: aws.RequestChecksumCalculationWhenSupported,
		ResponseChecksumValidation: aws.ResponseChecksumValidationWhenSupported,
	}
	return config, errors.Join(missing...)
}

// timed measures calls, including their repetitions, as the request's step
// "store".
func timed(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Timed",
		func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			defer measure.Step(ctx, "store")()
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
}

// Endpoint returns the endpoint to call in place of the AWS service's
// (AWS_ENDPOINT_URL_<service>, else AWS_ENDPOINT_URL), or nil for AWS's.
func Endpoint(getenv func(string) string, service string) *string {
	for _, name := range []string{"AWS_ENDPOINT_URL_" + service, "AWS_ENDPOINT_URL"} {
		if url := getenv(name); url != "" {
			return &url
		}
	}
	return nil
}

// Tables returns the settings for calls to tables, which answer soon or not at
// all.
func Tables(config aws.Config) aws.Config {
	config.HTTPClient = httpClient(tableTimeout)
	return config
}

func httpClient(timeout time.Duration) *awshttp.BuildableClient {
	return awshttp.NewBuildableClient().
		WithTimeout(timeout).
		WithDialerOptions(func(d *net.Dialer) { d.Timeout = dialTimeout }).
		WithTransportOptions(func(t *http.Transport) { t.TLSHandshakeTimeout = 2 * dialTimeout })
}

// Error wraps err with the operation, and with store.ErrUnavailable if another
// try later may succeed: after throttling, a fault of the service, or no answer
// in time.
func Error(op string, err error) error {
	if err == nil {
		return nil
	}
	if unavailable(err) {
		return fmt.Errorf("%s: %w: %w", op, store.ErrUnavailable, err)
	}
	return fmt.Errorf("%s: %w", op, err)
}

func unavailable(err error) bool {
	if errors.Is(err, context.Canceled) || errors.Is(err, io.ErrUnexpectedEOF) { // a body that was cut off
		return true
	}
	var response *smithyhttp.ResponseError
	if errors.As(err, &response) && response.HTTPStatusCode() >= 500 {
		return true
	}
	var sent *smithyhttp.RequestSendError
	if errors.As(err, &sent) {
		return true
	}
	var network net.Error // a deadline is one, too
	if errors.As(err, &network) {
		return true
	}
	var answer smithy.APIError
	if errors.As(err, &answer) {
		_, throttled := retry.DefaultThrottleErrorCodes[answer.ErrorCode()]
		return throttled
	}
	return false
}
