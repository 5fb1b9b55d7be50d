package main

import (
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"systole/tests/support/long"
	"systole/tests/support/moto"
)

// moto stores deployments as CodeDeploy does; it runs no hooks.
func TestTheVersionIsReadFromADeployment(t *testing.T) {
	long.Only(t)
	m, err := moto.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer m.Stop()
	c := &caller{
		sdk:  aws.Config{Region: "ap-northeast-2", Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")},
		http: http.DefaultClient, getenv: func(string) string { return m.URL },
	}
	call := func(operation string, in, into any) {
		t.Helper()
		if _, err := c.post(t.Context(), "codedeploy", "/", http.Header{"X-Amz-Target": {"CodeDeploy_20141006." + operation}}, in, into); err != nil {
			t.Fatal(operation, err)
		}
	}
	type object = map[string]any
	call("CreateApplication", object{"applicationName": "a", "computePlatform": "Lambda"}, nil)
	call("CreateDeploymentGroup", object{"applicationName": "a", "deploymentGroupName": "g", "serviceRoleArn": "arn:aws:iam::123456789012:role/r"}, nil)
	text := object{"content": `{"version":"0.0","Resources":[{"f":{"Type":"AWS::Lambda::Function","Properties":{"Name":"systole-MembersCreate","Alias":"live","CurrentVersion":"1","TargetVersion":"2"}}}]}`}
	for _, revision := range []object{{"revisionType": "String", "string": text}, {"revisionType": "AppSpecContent", "appSpecContent": text}} {
		var made struct{ DeploymentID string }
		call("CreateDeployment", object{"applicationName": "a", "deploymentGroupName": "g", "revision": revision}, &made)
		got, err := c.Target(t.Context(), made.DeploymentID)
		if want := (version{"systole-MembersCreate", "2"}); err != nil || got != want {
			t.Errorf("%v: %v, %v", revision["revisionType"], got, err)
		}
	}
	if _, err := c.Target(t.Context(), "d-UNKNOWN"); err == nil {
		t.Error("a deployment that isn't there has a version")
	}
}
