package template

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// function is one of the service's functions: where it lies, and which keys of
// the bucket it uses for what. Keys are made from numbers at run time, so they
// can't be read from the code as the tables can.
type function struct {
	path    string
	objects map[string][]string // by action
	// beyond are grants that no call of the SDK explains; the template says why.
	beyond []string
}

// readKeys is what it takes to seal and open models.
const readKeys = "secretsmanager:GetSecretValue Keys"

func functions() map[string]function {
	return map[string]function{
		"MembersCreate": {path: "members/create"},
		"MembersLogin":  {path: "members/login"},
		"MembersLogout": {path: "members/logout"},
		"HasModel":      {path: "authenticate/has_model"},
		"MakeModel": {path: "authenticate/make_model", objects: map[string][]string{
			"s3:PutObject":          {"Bucket/models/*", "Bucket/uploads/*"},
			"s3:GetObject":          {"Bucket/models/*", "Bucket/uploads/*"},
			"s3:DeleteObject":       {"Bucket/uploads/*"},
			"s3:ListBucketVersions": {"Bucket"},
		}, beyond: []string{readKeys, "s3:DeleteObjectVersion Bucket/uploads/*"}},
		"CheckUser": {path: "authenticate/check_user",
			objects: map[string][]string{
				"s3:GetObject": {"Bucket/models/*", "Bucket/uploads/*"}, "s3:PutObject": {"Bucket/models/*"},
				"s3:DeleteObject": {"Bucket/uploads/*"}, "s3:ListBucketVersions": {"Bucket"},
			},
			beyond: []string{"s3:ListBucket Bucket", readKeys, "s3:DeleteObjectVersion Bucket/uploads/*"},
		},
		"Password":      {path: "members/password"},
		"Sessions":      {path: "members/sessions"},
		"Activities":    {path: "members/activity"},
		"Uploads":       {path: "authenticate/uploads", objects: map[string][]string{"s3:PutObject": {"Bucket/uploads/*/incoming/*"}}},
		"Challenge":     {path: "authenticate/challenge"},
		"Console":       {path: "console"},
		"Export":        {path: "members/export", objects: map[string][]string{"s3:GetObject": {"Bucket/uploads/*"}, "s3:ListBucket": {"Bucket"}}},
		"Consent":       {path: "members/consent", objects: erasing("Bucket/models/*", "Bucket/uploads/*"), beyond: erasingVersions},
		"DeleteModel":   {path: "authenticate/delete_model", objects: erasing("Bucket/models/*", "Bucket/uploads/*"), beyond: erasingVersions},
		"DeleteAccount": {path: "members/delete", objects: erasing("Bucket/models/*", "Bucket/uploads/*"), beyond: erasingVersions},
		"Cleanup": {path: "cleanup",
			objects: map[string][]string{
				"s3:ListBucket":   {"Bucket"},
				"s3:DeleteObject": {"Bucket/models/*", "Bucket/uploads/*"},
				"s3:GetObject":    {"Bucket/cleanup/cursor"},
				"s3:PutObject":    {"Bucket/cleanup/cursor"},
			},
			beyond: []string{"sqs:SendMessage CleanupFailures"},
		},
	}
}

// erasing is what it takes to delete objects with their older versions.
func erasing(keys ...string) map[string][]string {
	return map[string][]string{"s3:DeleteObject": keys, "s3:ListBucketVersions": {"Bucket"}}
}

// erasingVersions is what DeleteObject needs beside when it names a version.
var erasingVersions = []string{"s3:DeleteObjectVersion Bucket/models/*", "s3:DeleteObjectVersion Bucket/uploads/*"}

func TestEachFunctionMayDoWhatItsCodeCallsAndNoMore(t *testing.T) {
	template := load(t)
	if got, want := sortedKeys(resources(t, template, "AWS::Serverless::Function")), sortedKeys(functions()); !slices.Equal(got, want) {
		t.Fatalf("functions %v, known here %v", got, want)
	}
	for id, f := range functions() {
		t.Run(id, func(t *testing.T) {
			code := check(t, "./functions/"+f.path)
			if got, want := sortedKeys(f.objects), code.s3Actions(); !slices.Equal(got, want) {
				t.Errorf("the code needs %v of S3, known here are %v", want, got)
			}
			want := append(code.tableGrants(t), f.beyond...)
			for action, keys := range f.objects {
				for _, key := range keys {
					want = append(want, action+" "+key)
				}
			}
			want = append(want, "logs:CreateLogStream "+id+"Log", "logs:PutLogEvents "+id+"Log")
			slices.Sort(want)
			if got := granted(t, template, id+"Role"); !slices.Equal(got, want) {
				t.Errorf("the role grants what the code doesn't need: %v\nthe code needs what the role doesn't grant: %v",
					without(got, want), without(want, got))
			}
			if got := at(template, "Resources", id, "Properties", "Role"); !reflect.DeepEqual(got, arn(id+"Role")) {
				t.Errorf("its role is %v", got)
			}
		})
	}
}

// granted returns what a role allows, as "action resource", sorted.
func granted(t *testing.T, template object, role string) []string {
	t.Helper()
	properties := at(template, "Resources", role, "Properties")
	if at(properties, "ManagedPolicyArns") != nil {
		t.Errorf("%s has policies of others", role)
	}
	var all []string
	for _, policy := range list(at(properties, "Policies")) {
		for _, s := range list(at(policy, "PolicyDocument", "Statement")) {
			if at(s, "Effect") != "Allow" || at(s, "NotAction") != nil || at(s, "NotResource") != nil {
				t.Errorf("%s: only plain permissions are understood here: %v", role, s)
			}
			for _, action := range list(at(s, "Action")) {
				for _, resource := range list(at(s, "Resource")) {
					all = append(all, fmt.Sprintf("%s %s", action, named(resource)))
				}
			}
		}
	}
	slices.Sort(all)
	return all
}

// named shortens a resource: !GetAtt X.Arn is X, !Sub ${X.Arn}/y is X/y.
func named(resource any) string {
	if s, ok := at(resource, "Fn::GetAtt").(string); ok {
		return strings.TrimSuffix(s, ".Arn")
	}
	if s, ok := at(resource, "Fn::Sub").(string); ok {
		return strings.NewReplacer("${", "", ".Arn}", "").Replace(s)
	}
	if s, ok := at(resource, "Ref").(string); ok {
		return s
	}
	return fmt.Sprint(resource)
}

func sortedKeys[V any](m map[string]V) []string {
	var keys []string
	for key := range m {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

func without(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(s string) bool { return slices.Contains(b, s) })
}

func TestEveryWildcardInAPolicyHasItsReason(t *testing.T) {
	wildcards := 0
	walk(root(t), func(key, value *yaml.Node) {
		switch key.Value {
		case "Action", "Resource", "Principal", "NotAction", "NotResource", "NotPrincipal":
		default:
			return
		}
		if !hasWildcard(value) {
			return
		}
		wildcards++
		if !strings.HasPrefix(key.HeadComment, "# Wildcard: ") {
			t.Errorf("line %d: %s has a wildcard and no comment that says why", key.Line, key.Value)
		}
	})
	if wildcards == 0 {
		t.Error("no wildcard was found: the bucket's policy has some")
	}
}

// walk visits every pair of every mapping.
func walk(n *yaml.Node, visit func(key, value *yaml.Node)) {
	if n.Kind == yaml.MappingNode {
		for i := 0; i < len(n.Content); i += 2 {
			visit(n.Content[i], n.Content[i+1])
		}
	}
	for _, c := range n.Content {
		walk(c, visit)
	}
}

func hasWildcard(n *yaml.Node) bool {
	return strings.Contains(n.Value, "*") || slices.ContainsFunc(n.Content, hasWildcard)
}

func TestFunctionsAreBounded(t *testing.T) {
	template := load(t)
	timeout := at(template, "Globals", "Function", "Timeout").(int)
	if timeout >= 29 {
		t.Errorf("time-out %d s: API Gateway gives up after 29 s", timeout)
	}
	for id, f := range resources(t, template, "AWS::Serverless::Function") {
		p := f["Properties"].(object)
		if id != "Cleanup" && p["Timeout"] != nil {
			t.Errorf("%s has a time-out of its own, which SlowFunctions doesn't know", id)
		}
		limit, _ := at(p, "ReservedConcurrentExecutions", "Fn::If").([]any)
		if len(limit) != 3 || limit[0] != "LimitsConcurrency" || limit[1].(int) < 1 {
			t.Errorf("%s: concurrency %v", id, p["ReservedConcurrentExecutions"])
		}
		hashes := slices.Contains([]string{"MembersCreate", "MembersLogin", "Password", "DeleteAccount"}, id)
		if memory := p["MemorySize"].(int); memory < 128 || hashes && memory < 1769 {
			t.Errorf("%s: %d MB", id, memory)
		}
		if !reflect.DeepEqual(p["LoggingConfig"], object{"LogGroup": ref(id + "Log"), "LogFormat": "JSON"}) {
			t.Errorf("%s logs to %v", id, p["LoggingConfig"])
		}
		if at(f, "Metadata", "BuildMethod") != "makefile" {
			t.Errorf("%s isn't built by infra/Makefile", id)
		}
	}
	if at(template, "Globals", "Function", "Runtime") != "provided.al2023" ||
		!reflect.DeepEqual(at(template, "Globals", "Function", "Architectures"), []any{"arm64"}) {
		t.Error("the functions aren't for provided.al2023 on arm64")
	}
}

func TestTheLimitsOfConcurrencyAreWhatTheParameterSays(t *testing.T) {
	template := load(t)
	sum := 0
	for _, f := range resources(t, template, "AWS::Serverless::Function") {
		sum += at(f, "Properties", "ReservedConcurrentExecutions", "Fn::If").([]any)[1].(int)
	}
	description := at(template, "Parameters", "LimitConcurrency", "Description").(string)
	if !strings.Contains(description, fmt.Sprintf("%d in all", sum)) {
		t.Errorf("they are %d in all; the parameter says: %s", sum, description)
	}
}
