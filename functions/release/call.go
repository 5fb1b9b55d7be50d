package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"systole/shared/aws/client"
)

// caller makes the three calls that a release needs, without the SDK's clients of
// Lambda and CodeDeploy.
type caller struct {
	sdk    aws.Config
	getenv func(string) string
	http   *http.Client
}

// longestAnswer is Lambda's limit for an answer.
const longestAnswer = 6 << 20

// Invoke runs a version of a function.
func (c *caller) Invoke(ctx context.Context, v version, request events.APIGatewayProxyRequest) (answer events.APIGatewayProxyResponse, err error) {
	path := "/2015-03-31/functions/" + url.PathEscape(v.Function) + "/invocations?Qualifier=" + url.QueryEscape(v.Number)
	header, err := c.post(ctx, "lambda", path, nil, request, &answer)
	if err == nil && header.Get("X-Amz-Function-Error") != "" {
		err = errors.New("the function crashed: see its log")
	}
	if err != nil {
		return answer, fmt.Errorf("invoke %s, version %s: %w", v.Function, v.Number, err)
	}
	return answer, nil
}

// content is the content of a deployment, in either of the two fields in which
// CodeDeploy returns it.
type content struct {
	DeploymentInfo struct {
		Revision struct {
			String, AppSpecContent struct{ Content string }
		}
	}
}

// appSpec names the function and its new version.
type appSpec struct {
	Resources []map[string]struct {
		Properties struct{ Name, TargetVersion string }
	}
}

// Target returns the version that a deployment is of.
func (c *caller) Target(ctx context.Context, deploymentID string) (version, error) {
	var d content
	if err := c.codeDeploy(ctx, "GetDeployment", fields{"deploymentId": deploymentID}, &d); err != nil {
		return version{}, fmt.Errorf("deployment %s: %w", deploymentID, err)
	}
	text := d.DeploymentInfo.Revision.String.Content + d.DeploymentInfo.Revision.AppSpecContent.Content
	var spec appSpec
	if err := json.Unmarshal([]byte(text), &spec); err != nil {
		return version{}, fmt.Errorf("deployment %s: its content: %w", deploymentID, err)
	}
	for _, resources := range spec.Resources {
		for _, r := range resources {
			if r.Properties.Name != "" && r.Properties.TargetVersion != "" {
				return version{r.Properties.Name, r.Properties.TargetVersion}, nil
			}
		}
	}
	return version{}, fmt.Errorf("deployment %s names no version", deploymentID)
}

// Report sends CodeDeploy the verdict.
func (c *caller) Report(ctx context.Context, e event, passed bool) error {
	status := "Failed"
	if passed {
		status = "Succeeded"
	}
	verdict := fields{"deploymentId": e.DeploymentID, "lifecycleEventHookExecutionId": e.ExecutionID, "status": status}
	if err := c.codeDeploy(ctx, "PutLifecycleEventHookExecutionStatus", verdict, nil); err != nil {
		return fmt.Errorf("report %s: %w", e.DeploymentID, err)
	}
	return nil
}

// codeDeploy calls an operation of CodeDeploy.
func (c *caller) codeDeploy(ctx context.Context, operation string, in fields, into any) error {
	target := http.Header{"X-Amz-Target": {"CodeDeploy_20141006." + operation}}
	_, err := c.post(ctx, "codedeploy", "/", target, in, into)
	return err
}

// post signs and makes one call with JSON, and decodes a response of status 200
// into into.
func (c *caller) post(ctx context.Context, service, path string, header http.Header, in, into any) (http.Header, error) {
	body, err := json.Marshal(in)
	if err != nil {
		return nil, err
	}
	base := "https://" + service + "." + c.sdk.Region + ".amazonaws.com"
	if own := client.Endpoint(c.getenv, strings.ToUpper(service)); own != nil {
		base = *own
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	for name, values := range header {
		request.Header[name] = values
	}
	credentials, err := c.sdk.Credentials.Retrieve(ctx)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	err = v4.NewSigner().SignHTTP(ctx, credentials, request, hash, service, c.sdk.Region, time.Now())
	if err != nil {
		return nil, err
	}
	answer, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answers %s", service, answer.Status)
	}
	if into == nil || len(text) == 0 {
		return answer.Header, nil
	}
	return answer.Header, json.Unmarshal(text, into)
}
