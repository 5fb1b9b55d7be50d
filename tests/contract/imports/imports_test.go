// Package imports checks the direction of the imports, and the packages that each
// function links: a package that a function does not use would make it larger,
// slower to start and better informed than it should be.
package imports

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"systole/functions"
	"systole/tests/support/gotool"
)

const module = gotool.Module

// pkg is a package as go list describes it.
type pkg struct {
	ImportPath string
	Name       string
	Imports    []string
	Deps       []string // direct and indirect
}

// listed returns the packages that match the patterns, by path.
func listed(t *testing.T, patterns ...string) map[string]pkg {
	t.Helper()
	packages := make(map[string]pkg)
	for _, p := range gotool.List[pkg](t, append([]string{"-json=ImportPath,Name,Imports,Deps"}, patterns...)...) {
		packages[strings.TrimPrefix(p.ImportPath, module)] = p
	}
	return packages
}

// within reports whether path is one of the prefixes or lies below one.
func within(path string, prefixes ...string) bool {
	return slices.ContainsFunc(prefixes, func(prefix string) bool {
		return path == prefix || strings.HasPrefix(path, prefix+"/")
	})
}

// Packages that no function, or only some functions, may link.
const (
	s3         = "github.com/aws/aws-sdk-go-v2/service/s3"
	dynamo     = "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	awsConfig  = "github.com/aws/aws-sdk-go-v2/config"
	gonum      = "gonum.org/v1/gonum"
	zitadel    = "github.com/zitadel/oidc"
	jose       = "github.com/go-jose/go-jose"
	argon2     = "golang.org/x/crypto/argon2"
	django     = module + "shared/member/django"
	bcrypt     = "golang.org/x/crypto/bcrypt"
	bbolt      = "go.etcd.io/bbolt"
	ecg        = module + "shared/ecg"
	rates      = module + "shared/ecg/rate" // constants, which the API states as well
	httpServer = module + "shared/aws/gateway"
)

func TestFunctionsLinkOnlyWhatTheyUse(t *testing.T) {
	never := []string{awsConfig, dynamo + "/schemas", bbolt, module + "shared/embedded", module + "shared/memory", module + "infra", module + "tests", "testing", "html/template"}
	mains := listed(t, "-tags", "lambda.norpc", "./functions/...") // as infra/Makefile builds them
	maps.DeleteFunc(mains, func(path string, p pkg) bool { return p.Name != "main" })
	if len(mains) != len(functions.All()) {
		t.Errorf("%d functions, %d in the table", len(mains), len(functions.All()))
	}
	for _, row := range functions.All() {
		t.Run(row.Folder, func(t *testing.T) {
			f, ok := mains["functions/"+row.Folder]
			if !ok {
				t.Fatal("there is no such function")
			}
			may := partsOf(row)
			for _, dep := range f.Deps {
				if within(dep, never...) && !(dep == "html/template" && may[zitadel]) { // which that library links

					t.Errorf("links %s", dep)
				}
				for part, allowed := range may {
					if within(dep, part) && !allowed && dep != rates {
						t.Errorf("links %s", dep)
					}
				}
			}
			for part, needed := range may {
				if needed && !slices.ContainsFunc(f.Deps, func(dep string) bool { return within(dep, part) }) {
					t.Errorf("doesn't link %s: is that still its name?", part)
				}
			}
		})
	}
}

// partsOf returns, for each part that only some functions link, whether this one
// links it.
func partsOf(f functions.Function) map[string]bool {
	signal := slices.Contains(f.Links, functions.SignalProcessing)
	return map[string]bool{
		s3:         f.Uses("Bucket"),
		dynamo:     f.Uses("Members") || f.Uses("Tokens") || f.Uses("Activity") || f.Uses("Grants"),
		httpServer: len(f.Routes) > 0,
		zitadel:    slices.Contains(f.Links, functions.Protocol),
		jose:       slices.Contains(f.Links, functions.Signing),
		argon2:     slices.Contains(f.Links, functions.PasswordHashing),
		django:     slices.Contains(f.Links, functions.MovedPasswords),
		bcrypt:     slices.Contains(f.Links, functions.MovedPasswords),
		ecg:        signal,
		gonum:      signal,
	}
}

func TestTheDomainKnowsNeitherAWSNorHTTP(t *testing.T) {
	domain := []string{"shared/member", "shared/account", "shared/biometric", "shared/cleanup", "shared/ecg", "shared/fault"}
	for path, p := range listed(t, "./shared/...") {
		if !within(path, domain...) {
			continue
		}
		for _, dep := range p.Deps {
			if within(dep, "net", "github.com/aws", "github.com/awslabs") && dep != "net/netip" { // they parse addresses and connect to nothing
				t.Errorf("%s depends on %s", path, dep)
			}
		}
	}
}

func TestTheHTTPCoreKnowsNoAWS(t *testing.T) {
	for path, p := range listed(t, "./shared/api/...", "./shared/config") {
		for _, dep := range p.Deps {
			if within(dep, "github.com/aws", "github.com/awslabs") {
				t.Errorf("%s depends on %s", path, dep)
			}
		}
	}
}
