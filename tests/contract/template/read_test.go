// Package template checks template.yaml: each function's permissions match the
// calls of its code, and stored data is protected, monitored and deleted in time.
package template

import (
	"os"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const templateFile = "../../../template.yaml"

// object is a mapping of the template. CloudFormation's short forms are read as
// their long ones: !Ref X as {"Ref": "X"}.
type object = map[string]any

func root(t *testing.T) *yaml.Node {
	t.Helper()
	b, err := os.ReadFile(templateFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	return doc.Content[0]
}

func load(t *testing.T) object {
	t.Helper()
	return value(t, root(t)).(object)
}

func value(t *testing.T, n *yaml.Node) any {
	t.Helper()
	plain := plainValue(t, n)
	tag := n.Tag
	if strings.HasPrefix(tag, "!!") || !strings.HasPrefix(tag, "!") {
		return plain
	}
	name := strings.TrimPrefix(tag, "!")
	if name != "Ref" && name != "Condition" {
		name = "Fn::" + name
	}
	return object{name: plain}
}

func plainValue(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.MappingNode:
		m := make(object, len(n.Content)/2)
		for i := 0; i < len(n.Content); i += 2 {
			m[n.Content[i].Value] = value(t, n.Content[i+1])
		}
		return m
	case yaml.SequenceNode:
		list := make([]any, len(n.Content))
		for i, c := range n.Content {
			list[i] = value(t, c)
		}
		return list
	case yaml.ScalarNode:
		if !strings.HasPrefix(n.Tag, "!!") {
			return n.Value
		}
		var v any
		if err := n.Decode(&v); err != nil {
			t.Fatalf("line %d: %v", n.Line, err)
		}
		return v
	}
	t.Fatalf("line %d: anchors and aliases are not CloudFormation's", n.Line)
	return nil
}

// resources returns the resources of a type by their logical ids.
func resources(t *testing.T, template object, kind string) map[string]object {
	t.Helper()
	found := make(map[string]object)
	for id, r := range template["Resources"].(object) {
		if r.(object)["Type"] == kind {
			found[id] = r.(object)
		}
	}
	if len(found) == 0 {
		t.Fatalf("there is no %s", kind)
	}
	return found
}

// at follows a path of keys and returns nil if it ends early.
func at(v any, path ...string) any {
	for _, key := range path {
		m, ok := v.(object)
		if !ok {
			return nil
		}
		v = m[key]
	}
	return v
}

// list returns v's items, or v as the only item.
func list(v any) []any {
	if items, ok := v.([]any); ok {
		return items
	}
	return []any{v}
}

// ref returns the long form of !Ref X.
func ref(id string) object { return object{"Ref": id} }

// arn returns the long form of !GetAtt X.Arn.
func arn(id string) object { return object{"Fn::GetAtt": id + ".Arn"} }
