package imports

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// layers are the packages of the service, from the bottom up. A package imports
// from lower layers; "a/..." is a tree, whose packages import each other as
// well. A package lies in the layer that names it most closely.
//
//	go test -run Graph -v ./tests/contract/imports
//
// prints the imports of each one.
var layers = [][]string{
	{"shared/fault", "shared/measure", "shared/parallel"},
	{"shared/ecg/..."},
	{"shared/store"},
	{"shared/store/rules"},
	{"shared/store/storetest"},
	{"shared/member/argon2id", "shared/member/django"},
	{"shared/member"},
	{"shared/biometric/protect"},
	{"shared/biometric"},
	{"shared/signing"},
	{"shared/assertion"},
	{"shared/ecg/engine"}, // implements the port of biometric with what lies in ecg
	{"shared/account", "shared/cleanup"},
	{"shared/provider"},
	{"shared/config"},
	{"shared/api"},
	{"shared/api/..."},
	{"shared/console", "shared/sdk"},
	{"shared/aws/client"},
	{"shared/aws/dynamo", "shared/aws/s3", "shared/aws/secrets", "shared/aws/gateway", "shared/embedded", "shared/memory"},
	{"functions/..."},
	{"infra/..."},
	{"tests/science/cohort"},
	{"infra/train/learn"}, // learns from the recordings that the tests measure with
	{"tests/..."},
	{"infra/train", "infra/train/beats", "infra/train/cohort", "infra/train/raw", "infra/train/replay", "infra/train/rpeaks", "infra/train/timescale"},
}

// only are packages that import less of this module than their layer allows. Of
// several patterns that match a package the longest counts.
var only = map[string][]string{
	"shared/ecg/...":             {"shared/ecg/..."},
	"shared/ecg/engine":          {"shared/ecg/...", "shared/biometric", "shared/fault"},
	"shared/store/...":           {"shared/store/..."},
	"shared/aws/client":          {"shared/store", "shared/measure"},
	"shared/aws/dynamo":          {"shared/store/...", "shared/aws/client"},
	"shared/aws/s3":              {"shared/store/...", "shared/aws/client"},
	"shared/aws/secrets":         {"shared/store/...", "shared/aws/client"},
	"shared/aws/gateway":         {"shared/api"},
	"shared/embedded":            {"shared/store/..."},
	"shared/memory":              {"shared/store/..."},
	"shared/signing":             {"shared/biometric/protect"},
	"shared/assertion":           {"shared/biometric", "shared/signing", "shared/store"},
	"shared/provider":            {"shared/fault", "shared/member", "shared/store"},
	"shared/api/openid":          {"shared/api", "shared/api/authenticate", "shared/api/handoff", "shared/api/useragent", "shared/biometric", "shared/fault", "shared/member", "shared/provider", "shared/store"},
	"shared/api/openid/protocol": {"shared/api", "shared/api/openid", "shared/fault", "shared/provider", "shared/signing"},
	"shared/biometric/protect":   nil,
	"shared/biometric":           {"shared/biometric/protect", "shared/fault", "shared/measure", "shared/member", "shared/parallel", "shared/store"},
	"shared/member/django":       nil,
	"shared/member/...":          {"shared/fault", "shared/measure", "shared/parallel", "shared/store"},
	"shared/cleanup":             {"shared/store"},
	"shared/api":                 {"shared/fault", "shared/measure", "shared/store"},
	"shared/api/authenticate":    {"shared/api", "shared/biometric", "shared/fault", "shared/member", "shared/ecg/rate"},
}

func TestImportsRunDownwardsOnly(t *testing.T) {
	packages := listed(t, "./shared/...", "./functions/...", "./infra/...", "./tests/...")
	for path, p := range packages {
		from, tree := layerOf(path)
		if tree == "" {
			t.Errorf("%s lies in no layer: name it in layers", path)
		}
		for _, imported := range ours(p) {
			to, sameTree := layerOf(imported)
			if to > from || to == from && sameTree != tree {
				t.Errorf("%s imports %s, which lies no lower", path, imported)
			}
		}
	}
	for _, pattern := range slices.Concat(layers...) {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(packages)), func(path string) bool { return matches(path, pattern) }) {
			t.Errorf("there is no package %s: take it out of layers", pattern)
		}
	}
}

func TestPackagesImportOnlyWhatTheyNeed(t *testing.T) {
	packages := listed(t, "./shared/...")
	for pattern, may := range only {
		found := false
		for path, p := range packages {
			longer := func(other string) bool { return len(other) > len(pattern) && matches(path, other) }
			if !matches(path, pattern) || slices.ContainsFunc(slices.Collect(maps.Keys(only)), longer) {
				continue
			}
			found = true
			for _, imported := range ours(p) {
				if !matches(imported, may...) {
					t.Errorf("%s imports %s", path, imported)
				}
			}
		}
		if !found {
			t.Errorf("there is no package %s", pattern)
		}
	}
}

// TestImportGraph prints, with -v, the imports of each package from this module,
// layer by layer from the top.
func TestImportGraph(t *testing.T) {
	packages := listed(t, "./shared/...", "./functions/...", "./infra/...")
	for layer := len(layers) - 1; layer >= 0; layer-- {
		for _, path := range slices.Sorted(maps.Keys(packages)) {
			if at, _ := layerOf(path); at == layer {
				fmt.Fprintf(t.Output(), "%2d  %s -> %s\n", layer, path, strings.Join(ours(packages[path]), " "))
			}
		}
	}
}

// layerOf returns the layer of a package and the pattern that names it most
// closely, "" for none.
func layerOf(path string) (layer int, pattern string) {
	for i, names := range layers {
		for _, name := range names {
			if matches(path, name) && len(name) > len(pattern) {
				layer, pattern = i, name
			}
		}
	}
	return layer, pattern
}

// ours returns the packages of this module that p imports.
func ours(p pkg) []string {
	var imported []string
	for _, path := range p.Imports {
		if path, ok := strings.CutPrefix(path, module); ok {
			imported = append(imported, path)
		}
	}
	return imported
}

// matches reports whether path is one of the patterns. As with the go command,
// "a/..." is a and all that lies below it.
func matches(path string, patterns ...string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		tree, ok := strings.CutSuffix(pattern, "/...")
		return path == pattern || ok && within(path, tree)
	})
}
