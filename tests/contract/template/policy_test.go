package template

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"systole/functions"
)

// unseen returns the actions that no call of the SDK shows; the table of
// functions says why it grants them.
func unseen(f functions.Function) []string {
	var all []string
	for _, g := range f.Grants {
		if g.Why != "" || g.Resource == "Keys" {
			all = append(all, actions(g)...)
		}
	}
	return all
}

// actions returns a grant's actions, as "action resource".
func actions(g functions.Grant) []string {
	services := map[string]string{"Members": "dynamodb", "Tokens": "dynamodb", "Activity": "dynamodb", "Grants": "dynamodb", "Bucket": "s3", "Keys": "secretsmanager", "CleanupFailures": "sqs", "Functions": "lambda", "Deployments": "codedeploy"}
	id, _, _ := strings.Cut(g.Resource, "/")
	var all []string
	for _, a := range g.Actions {
		all = append(all, services[id]+":"+a+" "+g.Resource)
	}
	return all
}

// objects returns the grants for objects that calls of S3 need. Keys are made of
// numbers at run time, so the code does not show them as it shows tables.
func objects(f functions.Function) []string {
	var all []string
	for _, g := range f.Grants {
		if g.Why == "" && strings.HasPrefix(g.Resource, "Bucket") {
			all = append(all, actions(g)...)
		}
	}
	return all
}

// verbs returns the actions without their resources.
func verbs(grants []string) []string {
	var all []string
	for _, g := range grants {
		action, _, _ := strings.Cut(g, " ")
		all = append(all, action)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func TestTheTemplateHasTheFunctionsOfTheTable(t *testing.T) {
	var want []string
	for _, f := range functions.All() {
		want = append(want, f.ID())
	}
	slices.Sort(want)
	if got := sortedKeys(resources(t, load(t), "AWS::Serverless::Function")); !slices.Equal(got, want) {
		t.Errorf("functions %v, in the table %v", got, want)
	}
}

func TestEachFunctionMayDoWhatItsCodeCallsAndNoMore(t *testing.T) {
	template := load(t)
	for _, f := range functions.All() {
		id := f.ID()
		t.Run(id, func(t *testing.T) {
			code := check(t, f.Folder)
			if got, want := verbs(objects(f)), code.s3Actions(); !slices.Equal(got, want) {
				t.Errorf("the code needs %v of S3, the table grants %v", want, got)
			}
			want := slices.Concat(code.tableGrants(t), objects(f), unseen(f), []string{"logs:CreateLogStream " + id + "Log", "logs:PutLogEvents " + id + "Log"})
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

func TestAFunctionThatVerifiesPasswordsKnowsThoseOfMembersWhoMoved(t *testing.T) {
	const verify = "(*" + module + "shared/member/argon2id.Hasher).Verify"
	for _, f := range functions.All() {
		if !slices.Contains(f.Links, functions.PasswordHashing) {
			continue
		}
		verifies := false
		for called := range check(t, f.Folder).reachable() {
			verifies = verifies || called.FullName() == verify
		}
		if knows := slices.Contains(f.Links, functions.MovedPasswords); knows != verifies {
			t.Errorf("%s: verifies passwords: %v, knows those of members who moved: %v", f.Folder, verifies, knows)
		}
	}
}

// granted returns a role's permissions, as "action resource", sorted.
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

// named returns a resource in short form: !GetAtt X.Arn is X, !Sub ${X.Arn}/y is
// X/y.
func named(resource any) string {
	if s, ok := at(resource, "Fn::GetAtt").(string); ok {
		return strings.TrimSuffix(s, ".Arn")
	}
	if s, ok := at(resource, "Fn::Sub").(string); ok {
		switch s { // names that CloudFormation defines itself
		case "arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${AWS::StackName}-*":
			return "Functions"
		case "arn:${AWS::Partition}:codedeploy:${AWS::Region}:${AWS::AccountId}:deploymentgroup:${AWS::StackName}-*":
			return "Deployments"
		}
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
	for _, row := range functions.All() {
		id := row.ID()
		f := at(template, "Resources", id).(object)
		p := f["Properties"].(object)
		if len(row.Routes) > 0 && p["Timeout"] != nil {
			t.Errorf("%s has a time-out of its own, which the alarms of slowness don't know", id)
		}
		limit, _ := at(p, "ReservedConcurrentExecutions", "Fn::If").([]any)
		if len(limit) != 3 || limit[0] != "LimitsConcurrency" || limit[1].(int) < 1 {
			t.Errorf("%s: concurrency %v", id, p["ReservedConcurrentExecutions"])
		}
		hashes := slices.Contains(row.Links, functions.PasswordHashing)
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
