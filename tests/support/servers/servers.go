// Package servers starts servers for tests that speak the wire protocols of
// DynamoDB, S3 and Secrets Manager: dynalite (npm) or DynamoDB Local in a process
// of its own, gofakes3 and Secrets in this process. They check the SDK's
// requests: conditions, and for S3 signatures and checksums.
package servers

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"

	"systole/shared/aws/client"
	"systole/shared/aws/dynamo"
	"systole/tests/support/gotool"
	"systole/tests/support/port"
)

// Names and credentials of the servers, as a function's environment states them.
const (
	accessKey = "test"
	secretKey = "test-secret"

	MembersTable  = "members"
	TokensTable   = "tokens"
	ActivityTable = "activity"
	GrantsTable   = "grants"
	Bucket        = "recordings"
)

// AWS holds the endpoints of a DynamoDB, an S3 and a Secrets Manager with the
// service's tables, bucket and keys.
type AWS struct{ DynamoDB, S3, Secrets string }

// Start starts the servers. They end with the test.
func Start(t testing.TB) AWS {
	t.Helper()
	return AWS{DynamoDB: StartDynamoDB(t), S3: StartS3(t), Secrets: StartSecrets(t).URL}
}

// Environment returns a function's environment under Lambda, as template.yaml
// sets it.
func (a AWS) Environment() []string {
	return []string{
		"AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=" + accessKey, "AWS_SECRET_ACCESS_KEY=" + secretKey,
		"AWS_ENDPOINT_URL_DYNAMODB=" + a.DynamoDB, "AWS_ENDPOINT_URL_S3=" + a.S3, "AWS_ENDPOINT_URL_SECRETS_MANAGER=" + a.Secrets,
		"MEMBERS_TABLE=" + MembersTable, "TOKENS_TABLE=" + TokensTable, "ACTIVITY_TABLE=" + ActivityTable, "GRANTS_TABLE=" + GrantsTable, "BUCKET=" + Bucket, "KEYS_SECRET=" + KeysSecret,
	}
}

// Config returns the SDK's configuration for the servers. It enforces DynamoDB's
// limits, and repeats failed calls as often as the service does, but without
// waiting.
func Config(t testing.TB) aws.Config {
	t.Helper()
	config, err := client.Config(func(name string) string {
		return map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": accessKey, "AWS_SECRET_ACCESS_KEY": secretKey}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	config.HTTPClient = awshttp.NewBuildableClient() // without a time limit, which a busy machine would miss
	config.APIOptions = append(config.APIOptions, limit)
	attempts := config.Retryer().MaxAttempts()
	config.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts, o.Backoff = attempts, atOnce })
	}
	return config
}

var atOnce = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })

// Tables returns the names of the tables that Start makes.
func Tables() dynamo.Tables {
	return dynamo.Tables{Members: MembersTable, Tokens: TokensTable, Activity: ActivityTable, Grants: GrantsTable}
}

// StartS3 starts an S3 that has the bucket. It ends with the test.
func StartS3(t testing.TB) string {
	t.Helper()
	backend := &atomic{Backend: s3mem.New()}
	if err := backend.CreateBucket(t.Context(), Bucket); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(backend,
		gofakes3.WithV4Auth(map[string]string{accessKey: secretKey}), gofakes3.WithIntegrityCheck(true))
	server := httptest.NewServer(fake.Server())
	t.Cleanup(server.Close)
	return server.URL
}

// atomic is a backend that checks the conditions of a write as it writes, as S3
// does: gofakes3 alone checks them before, and on a busy machine two writers win.
type atomic struct {
	*s3mem.Backend
	writing sync.Mutex
}

func (a *atomic) PutObject(ctx context.Context, bucket, key string, meta map[string]string, input io.Reader, size int64) (gofakes3.PutObjectResult, error) {
	content, err := io.ReadAll(input)
	if err != nil {
		return gofakes3.PutObjectResult{}, err
	}
	a.writing.Lock()
	defer a.writing.Unlock()
	if gofakes3.HasWriteConditions(ctx) {
		exists, etag := false, ""
		if old, err := a.HeadObject(ctx, bucket, key); err == nil {
			exists, etag = true, hex.EncodeToString(old.Hash)
		}
		if err := gofakes3.CheckWriteConditions(ctx, exists, etag); err != nil {
			return gofakes3.PutObjectResult{}, err
		}
	}
	return a.Backend.PutObject(ctx, bucket, key, meta, bytes.NewReader(content), size)
}

// localJars is the environment's variable for the folder of the jars of AWS's own
// DynamoDB Local, which is asked in dynalite's place then:
//
//	mvn -q dependency:copy-dependencies -f tests/support/servers/dynamodb-local -DoutputDirectory=FOLDER
const localJars = "SYSTOLE_DYNAMODB_LOCAL"

// runningDynamoDB names the environment variable with the endpoint of a running
// DynamoDB. A test that uses it deletes its tables and creates them anew, so only
// one test at a time may.
const runningDynamoDB = "SYSTOLE_DYNAMODB"

// StartDynamoDB starts a DynamoDB that has the tables. It ends with the test.
func StartDynamoDB(t testing.TB) string {
	t.Helper()
	endpoint := os.Getenv(runningDynamoDB)
	if endpoint != "" {
		deleteTables(t, endpoint)
	} else {
		variable, stop, err := RunDynamoDB(t.Context())
		if err != nil {
			t.Fatalf("the tests of the DynamoDB store need one: %v", err)
		}
		t.Cleanup(stop)
		_, endpoint, _ = strings.Cut(variable, "=")
	}
	CreateTables(t, endpoint)
	return endpoint
}

// RunDynamoDB runs a DynamoDB without tables until stop is called. It returns an
// environment variable, "name=value", by which the tests of another process find
// it.
func RunDynamoDB(ctx context.Context) (variable string, stop func(), err error) {
	address, err := port.FreeAddress()
	if err != nil {
		return "", nil, err
	}
	_, number, _ := net.SplitHostPort(address)
	var cmd *exec.Cmd
	remove := func() {}
	if jars := os.Getenv(localJars); jars != "" {
		folder, err := os.MkdirTemp("", "dynamodb-local")
		if err != nil {
			return "", nil, err
		}
		remove = func() { os.RemoveAll(folder) }
		cmd = exec.Command("java", "-Djava.library.path="+jars, "-cp", jars+"/*",
			"com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-inMemory", "-disableTelemetry", "-port", number)
		cmd.Dir = folder
	} else {
		program, err := dynalite(ctx)
		if err != nil {
			return "", nil, err
		}
		cmd = exec.Command("node", program, "--host", "127.0.0.1", "--port", number, "--createTableMs", "0", "--deleteTableMs", "0")
	}
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		remove()
		return "", nil, err
	}
	exited := make(chan struct{})
	go func() {
		cmd.Wait()
		close(exited)
	}()
	stop = func() {
		cmd.Process.Kill()
		<-exited
		remove()
	}
	if err := waitFor(ctx, address, exited); err != nil {
		stop()
		return "", nil, err
	}
	return runningDynamoDB + "=http://" + address, stop, nil
}

// dynalite returns the path of dynalite's program and installs it on first use.
func dynalite(ctx context.Context) (string, error) {
	_, here, _, _ := runtime.Caller(0)
	folder := filepath.Dir(here)
	program := filepath.Join(folder, "node_modules", "dynalite", "cli.js")
	// Test binaries run side by side: one installs, the others wait for it.
	release, err := gotool.Lock(filepath.Join(folder, "install.lock"))
	if err != nil {
		return "", err
	}
	defer release()
	// npm writes this file when all others are there.
	if _, err := os.Stat(filepath.Join(folder, "node_modules", ".package-lock.json")); err == nil {
		return program, nil
	}
	install := exec.CommandContext(ctx, "npm", "ci", "--no-audit", "--no-fund")
	install.Dir = folder
	if out, err := install.CombinedOutput(); err != nil {
		return "", fmt.Errorf("npm ci in tests/support/servers: %w\n%s", err, out)
	}
	return program, nil
}

// waitFor returns when the address accepts connections, or with an error when the
// server has ended. It has no time limit, which a busy machine would miss.
func waitFor(ctx context.Context, address string, exited <-chan struct{}) error {
	dialer := net.Dialer{}
	for {
		conn, err := dialer.DialContext(ctx, "tcp", address)
		if err == nil {
			conn.Close()
			return nil
		}
		select {
		case <-exited:
			return fmt.Errorf("the DynamoDB server has ended: %w", err)
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// tableLimit is the limit that the SDK's waiter requires: longer than any test
// runs.
const tableLimit = time.Hour

// CreateTables creates the tables of template.yaml in a DynamoDB.
func CreateTables(t testing.TB, endpoint string) {
	t.Helper()
	client := dynamodb.NewFromConfig(Config(t), func(o *dynamodb.Options) { o.BaseEndpoint = &endpoint })
	for _, table := range schema() {
		if _, err := client.CreateTable(t.Context(), &table); err != nil {
			t.Fatal(fmt.Errorf("create table %s: %w", *table.TableName, err))
		}
		ready := dynamodb.NewTableExistsWaiter(client, func(o *dynamodb.TableExistsWaiterOptions) {
			o.MinDelay, o.MaxDelay = 10*time.Millisecond, time.Second
		})
		if err := ready.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: table.TableName}, tableLimit); err != nil {
			t.Fatal(err)
		}
	}
}

// deleteTables deletes the tables that an earlier test left.
func deleteTables(t testing.TB, endpoint string) {
	t.Helper()
	client := dynamodb.NewFromConfig(Config(t), func(o *dynamodb.Options) { o.BaseEndpoint = &endpoint })
	for _, table := range schema() {
		_, err := client.DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: table.TableName})
		if missing := new(types.ResourceNotFoundException); errors.As(err, &missing) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		gone := dynamodb.NewTableNotExistsWaiter(client, func(o *dynamodb.TableNotExistsWaiterOptions) {
			o.MinDelay, o.MaxDelay = 10*time.Millisecond, time.Second
		})
		if err := gone.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: table.TableName}, tableLimit); err != nil {
			t.Fatal(err)
		}
	}
}
