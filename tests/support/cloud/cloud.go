// Package cloud emulates AWS with ministack, a program of another project:
// CloudFormation deploys the template there, and the built functions run in its
// Lambda, each with the credentials of its role. It refuses what a role, the
// bucket's policy or a limit of DynamoDB doesn't allow.
package cloud

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"systole/functions"
	"systole/tests/support/gotool"
	"systole/tests/support/port"
	"systole/tests/support/python"
)

// Cloud is a running emulator. Its credentials are the account's root's.
type Cloud struct {
	URL    string       // of every service
	Client *http.Client // trusts the emulator's certificate

	folder, python string // folder of the certificates, and interpreter
	cmd            *exec.Cmd
	exited         chan struct{}
	buckets        []*http.Server // see bucketOf
}

// Region and Account are those of the emulator.
const (
	Region    = "ap-northeast-2"
	Account   = "111122223333"
	accessKey = "test"
	secretKey = "test"
)

// Start installs and starts an emulator; its log goes to log. It listens with TLS, as
// the bucket's policy asks for.
func Start(ctx context.Context, log io.Writer) (*Cloud, error) {
	interpreter, err := python.Install(ctx, "cloud", filepath.Join(here(), "requirements.txt"))
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "cloud")
	if err != nil {
		return nil, err
	}
	c := &Cloud{python: interpreter, folder: folder, exited: make(chan struct{})}
	if err := c.start(ctx, log); err != nil {
		os.RemoveAll(folder)
		return nil, err
	}
	return c, nil
}

func (c *Cloud) start(ctx context.Context, log io.Writer) error {
	client, err := certify(c.folder)
	if err != nil {
		return err
	}
	address, err := port.FreeAddress()
	if err != nil {
		return err
	}
	_, number, _ := net.SplitHostPort(address)
	c.URL, c.Client = "https://"+address, client
	c.cmd = exec.Command(c.python, "-m", "ministack")
	// Its functions get its environment besides their own.
	c.cmd.Env = append(c.environment(),
		"AUTH=true", "LOG_LEVEL=WARNING", "GATEWAY_PORT="+number, "MINISTACK_REGION="+Region, "MINISTACK_ACCOUNT_ID="+Account, "TMPDIR="+c.folder, "PATH="+os.Getenv("PATH"),
		"USE_SSL=1", "MINISTACK_SSL_CERT="+c.file(certificateFile), "MINISTACK_SSL_KEY="+c.file(keyFile), "IOT_MTLS_ENABLED=0")
	c.cmd.Stdout, c.cmd.Stderr = log, log
	if err := c.cmd.Start(); err != nil {
		return err
	}
	go func() {
		c.cmd.Wait()
		close(c.exited)
	}()
	return c.ready(ctx)
}

// environment returns the environment of programs that call the emulator.
func (c *Cloud) environment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.URL, "AWS_REGION=" + Region, "AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_CA_BUNDLE=" + c.file(authorityFile), "SSL_CERT_FILE=" + c.file(authorityFile), "CURL_CA_BUNDLE=" + c.file(authorityFile),
	}
}

func (c *Cloud) file(name string) string { return filepath.Join(c.folder, name) }

// ready waits until the emulator answers.
func (c *Cloud) ready(ctx context.Context) error {
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/_ministack/health", nil)
		if err != nil {
			return err
		}
		answer, err := c.Client.Do(request)
		if err == nil {
			return answer.Body.Close()
		}
		select {
		case <-c.exited:
			return fmt.Errorf("the emulator has ended: %w", err)
		case <-ctx.Done():
			c.Stop()
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// Stop ends the emulator, with its functions and all its data.
func (c *Cloud) Stop() {
	for _, b := range c.buckets {
		b.Close()
	}
	c.cmd.Process.Signal(os.Interrupt)
	<-c.exited
	os.RemoveAll(c.folder)
}

// Stack is a deployed template.
type Stack struct {
	Cloud   *Cloud `json:"-"`
	Outputs map[string]string
	IDs     map[string]string // physical ids by logical ones
	// Deviations are differences between the emulator and AWS, each with the
	// reason. Faults are other differences from the template, and deviations that
	// no longer exist.
	Deviations, Faults []string
}

// Deploy builds the functions and deploys the template with the parameters.
// compare asks for faults, which takes longer than all of the rest.
func (c *Cloud) Deploy(ctx context.Context, name string, parameters map[string]string, compare bool) (Stack, error) {
	stack := Stack{Cloud: c}
	root, err := gotool.Root()
	if err != nil {
		return stack, err
	}
	built, err := gotool.Build(ctx, "functions")
	if err != nil {
		return stack, err
	}
	uploads := make(map[string]string)
	for _, f := range functions.All() {
		bucket, err := c.bucketOf(f)
		if err != nil {
			return stack, err
		}
		// The code is a script that executes the binary, which is large, in place.
		uploads[f.ID()] = fmt.Sprintf("#!/bin/sh\nAWS_ENDPOINT_URL_S3=%s exec '%s'\n", bucket, built.Binary("functions/"+f.Folder))
	}
	asked, err := json.Marshal(map[string]any{
		"template": filepath.Join(root, "template.yaml"), "name": name, "parameters": parameters, "uploads": uploads, "compare": compare,
	})
	if err != nil {
		return stack, err
	}
	cmd := exec.CommandContext(ctx, c.python, filepath.Join(here(), "stack.py"))
	cmd.Env = append(c.environment(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stdin = bytes.NewReader(asked)
	var complaints strings.Builder
	cmd.Stderr = &complaints
	out, err := cmd.Output()
	if err != nil {
		return stack, fmt.Errorf("deploy: %w\n%s", err, complaints.String())
	}
	return stack, json.Unmarshal(out, &stack)
}

// Gateway returns the address of the stack's API at the emulator's own API
// Gateway.
func (s Stack) Gateway() string {
	return fmt.Sprintf("%s/_aws/execute-api/%s/%s", s.Cloud.URL, s.IDs["Api"], s.IDs["ApiStage"])
}

// Environment returns the environment of a program that works with the stack, as
// operators have it.
func (s Stack) Environment() []string {
	return append(s.Cloud.environment(),
		"MEMBERS_TABLE="+s.Outputs["MembersTable"], "TOKENS_TABLE="+s.Outputs["TokensTable"], "ACTIVITY_TABLE="+s.Outputs["ActivityTable"],
		"GRANTS_TABLE="+s.Outputs["GrantsTable"], "BUCKET="+s.Outputs["BucketName"], "KEYS_SECRET="+s.Outputs["KeysSecret"])
}

// here returns this package's folder.
func here() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(file)
}
