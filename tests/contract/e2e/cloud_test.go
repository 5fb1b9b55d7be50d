package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"systole/functions"
	"systole/tests/support/cloud"
	"systole/tests/support/long"
)

// deployed is a function in a stack.
type deployed struct {
	stack cloud.Stack
	id    string
}

func (d deployed) InvokeJSON(ctx context.Context, event, answer any) error {
	in, err := json.Marshal(event)
	if err != nil {
		return err
	}
	out, err := d.stack.Invoke(ctx, d.id, in)
	if err != nil {
		return err
	}
	return json.Unmarshal(out, answer)
}

// deploy deploys the template in an emulated cloud. The stack ends with the test.
func deploy(t *testing.T, compare bool) cloud.Stack {
	t.Helper()
	var log safeBuffer
	c, err := cloud.Start(t.Context(), &log)
	if err != nil {
		t.Fatalf("%v\n%s", err, log.String())
	}
	t.Cleanup(func() {
		c.Stop()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	stack, err := c.Deploy(t.Context(), "systole", map[string]string{
		"ClientLimit": "2000", "AlarmEmail": "alarms@example.com", "CorsOrigins": "https://app.example.com",
	}, compare)
	if err != nil {
		t.Fatal(err)
	}
	return stack
}

// standIn returns the stack's functions for the stand-in of the gateway.
func standIn(stack cloud.Stack) lambda {
	all := lambda{}
	for _, f := range functions.All() {
		all[f.Folder] = deployed{stack, f.ID()}
	}
	return all
}

func TestTheStackInAnEmulatedCloud(t *testing.T) {
	long.Only(t)
	stack := deploy(t, true)
	for _, deviation := range stack.Deviations {
		t.Log(deviation)
	}
	for _, fault := range stack.Faults {
		t.Error(fault)
	}
	all, gateway := standIn(stack), stack.Cloud.Client
	client := &http.Client{Transport: all}
	const anywhere = "https://api.example.com"

	t.Run("people", func(t *testing.T) { people(t, long.Runs(4, 8), client, anywhere) })
	t.Run("uploads", func(t *testing.T) { uploadFirst(t, client, anywhere, gateway) })
	t.Run("an account from sign-up to deletion", func(t *testing.T) {
		before := objects(t, stack)
		account(t, gateway, stack.Gateway())
		if after := objects(t, stack); after != before {
			t.Errorf("%d objects and versions are left of an account", after-before)
		}
	})
	server := httptest.NewServer(all)
	defer server.Close()
	for name, base := range map[string]string{"the stand-in": server.URL, "the emulator's gateway": stack.Gateway()} {
		t.Run("the README's session by "+name, func(t *testing.T) {
			session, want := readmeSession(t)
			withoutSlash := regexp.MustCompile(`(\$api/[a-z_/]+)/ `).ReplaceAllString(session, "$1 ")
			for _, s := range []string{session, withoutSlash} {
				if got := pasted(t, s, base, stack.Environment()...); got != want {
					t.Errorf("the session answers\n%s\nthe README says\n%s", got, want)
				}
			}
		})
	}
	t.Run("clean-up", func(t *testing.T) { cleanUp(t, stack) })
	t.Run("nothing is refused to a function, and nothing secret logged", func(t *testing.T) { logs(t, stack) })
	t.Run("roles and limits are those of AWS", func(t *testing.T) { enforced(t, stack, client, anywhere) })
}

// objects counts the objects in the bucket, older versions included.
func objects(t *testing.T, stack cloud.Stack) int {
	t.Helper()
	listed, err := stack.ListVersions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return strings.Count(listed, "<Version>") + strings.Count(listed, "<DeleteMarker>")
}

// cleanUp runs the schedule's state machine once.
func cleanUp(t *testing.T, stack cloud.Stack) {
	t.Helper()
	call := func(action, input string) map[string]any {
		t.Helper()
		out, err := stack.Call(t.Context(), "states", "AWSStepFunctions."+action, []byte(input))
		var answer map[string]any
		if err == nil {
			err = json.Unmarshal(out, &answer)
		}
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	run := call("StartExecution", fmt.Sprintf(`{"stateMachineArn":%q,"input":"{}"}`, stack.IDs["CleanupRuns"]))
	for {
		now := call("DescribeExecution", fmt.Sprintf(`{"executionArn":%q}`, run["executionArn"]))
		if now["status"] == "SUCCEEDED" {
			break
		}
		if now["status"] != "RUNNING" {
			t.Fatalf("%v", now)
		}
		time.Sleep(20 * time.Millisecond)
	}
	report, err := stack.Invoke(t.Context(), "Cleanup", []byte(`{"dry_run":true}`))
	var counts map[string]any
	if err != nil || json.Unmarshal(report, &counts) != nil || counts["dry_run"] != true {
		t.Errorf("clean-up reports %s, %v", report, err)
	}
}

// enforced checks that the emulator refuses what AWS refuses.
func enforced(t *testing.T, stack cloud.Stack, client *http.Client, base string) {
	t.Helper()
	put := func(bytes int) error {
		_, err := stack.Call(t.Context(), "dynamodb", "DynamoDB_20120810.PutItem",
			fmt.Appendf(nil, `{"TableName":%q,"Item":{"id":{"S":"x"},"a":{"S":%q}}}`, stack.Outputs["GrantsTable"], strings.Repeat("x", bytes)))
		return err
	}
	if err := put(390 << 10); err != nil {
		t.Error(err)
	}
	if err := put(400 << 10); err == nil || !strings.Contains(err.Error(), "ValidationException") {
		t.Errorf("an item of more than 400 KB: %v", err)
	}
	c := &caller{t: t, http: client, base: base}
	c.signUp("enforced", "tachy-cardia!")
	c.logIn("enforced", "tachy-cardia!")
	c.want(c.get("/authenticate/get_model"), 200, "code", 400.0)
	if err := stack.Revoke(t.Context(), "AuthenticateGetModel"); err != nil {
		t.Fatal(err)
	}
	c.want(c.get("/authenticate/get_model"), 500, "error", "internal")
}

// logs fails the test if the functions logged anything that they may not.
func logs(t *testing.T, stack cloud.Stack) {
	t.Helper()
	for _, f := range functions.All() {
		out, err := stack.Call(t.Context(), "logs", "Logs_20140328.FilterLogEvents", fmt.Appendf(nil, `{"logGroupName":%q}`, stack.IDs[f.ID()+"Log"]))
		if err != nil {
			t.Fatal(err)
		}
		if f.Folder == "members/create" && !strings.Contains(string(out), "/members/create") {
			t.Errorf("the log of %s has no requests: %s", f.Folder, out)
		}
		for _, secret := range []string{"tachy-cardia", "brady-cardia", "사람", "홍길동", "Token ", "AccessDenied", "ValidationException", `\"level\":\"ERROR\"`} {
			if strings.Contains(string(out), secret) {
				t.Errorf("the log of %s holds %q: %s", f.Folder, secret, out)
			}
		}
	}
}
