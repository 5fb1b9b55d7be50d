package cloud

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
)

// Invoke lets the emulator's Lambda run a function of the stack, by its logical
// id, on an event, and returns the answer. A function that fails is an error.
func (s Stack) Invoke(ctx context.Context, id string, event []byte) ([]byte, error) {
	address := s.Cloud.URL + "/2015-03-31/functions/" + s.IDs[id] + "/invocations"
	answer, err := s.Cloud.call(ctx, "lambda", http.MethodPost, address, nil, event)
	if err != nil {
		return nil, fmt.Errorf("invoke %s: %w", id, err)
	}
	if answer.status != http.StatusOK || answer.header.Get("X-Amz-Function-Error") != "" {
		return nil, fmt.Errorf("invoke %s: %d: %s", id, answer.status, answer.body)
	}
	return answer.body, nil
}

// Call calls an action of a service with a JSON protocol, such as
// "Logs_20140328.FilterLogEvents" of logs, and returns the answer's JSON.
func (s Stack) Call(ctx context.Context, service, target string, input []byte) ([]byte, error) {
	header := http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amz-Target": {target}}
	answer, err := s.Cloud.call(ctx, service, http.MethodPost, s.Cloud.URL+"/", header, input)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", target, err)
	}
	if answer.status != http.StatusOK {
		return nil, fmt.Errorf("%s: %d: %s", target, answer.status, answer.body)
	}
	return answer.body, nil
}

// Revoke takes all rights from the role of a function, by its logical id.
func (s Stack) Revoke(ctx context.Context, id string) error {
	asked := url.Values{"Action": {"DeleteRolePolicy"}, "Version": {"2010-05-08"}, "RoleName": {s.IDs[id+"Role"]}, "PolicyName": {"least"}}
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	answer, err := s.Cloud.call(ctx, "iam", http.MethodPost, s.Cloud.URL+"/", header, []byte(asked.Encode()))
	if err == nil && answer.status != http.StatusOK {
		err = fmt.Errorf("%d: %s", answer.status, answer.body)
	}
	return err
}

// Tables returns the store of the stack's tables, with the rights of the
// account's root.
func (s Stack) Tables(t testing.TB) *dynamo.Store {
	t.Helper()
	variables := make(map[string]string)
	for _, v := range s.Environment() {
		name, value, _ := strings.Cut(v, "=")
		variables[name] = value
	}
	config, err := client.Config(func(name string) string { return variables[name] })
	if err != nil {
		t.Fatal(err)
	}
	config.HTTPClient = s.Cloud.Client
	return dynamo.New(config, &s.Cloud.URL, dynamo.Tables{
		Members: s.Outputs["MembersTable"], Tokens: s.Outputs["TokensTable"], Activity: s.Outputs["ActivityTable"], Grants: s.Outputs["GrantsTable"],
	})
}

// ListVersions lists the stack's bucket with all versions, as S3's XML.
func (s Stack) ListVersions(ctx context.Context) (string, error) {
	answer, err := s.Cloud.call(ctx, "s3", http.MethodGet, s.Cloud.URL+"/"+s.Outputs["BucketName"]+"?versions=", nil, nil)
	if err == nil && answer.status != http.StatusOK {
		err = fmt.Errorf("list versions: %d: %s", answer.status, answer.body)
	}
	return string(answer.body), err
}

// answer is a service's.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// call signs and sends a request of the account's root.
func (c *Cloud) call(ctx context.Context, service, method, address string, header http.Header, body []byte) (answer, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return answer{}, err
	}
	for name := range header {
		r.Header.Set(name, header.Get(name))
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	r.Header.Set("X-Amz-Content-Sha256", hash) // S3 asks for it
	credentials := aws.Credentials{AccessKeyID: accessKey, SecretAccessKey: secretKey}
	if err := v4.NewSigner().SignHTTP(ctx, credentials, r, hash, service, Region, time.Now()); err != nil {
		return answer{}, err
	}
	response, err := c.Client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	return answer{response.StatusCode, response.Header, content}, err
}
