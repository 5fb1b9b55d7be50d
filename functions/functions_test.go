package functions

import (
	"slices"
	"testing"
)

func TestNamesFollowFromFolders(t *testing.T) {
	for folder, want := range map[string]string{
		"members/create": "MembersCreate", "authenticate/check_user": "AuthenticateCheckUser", "cleanup": "Cleanup",
		"/openapi.json": "OpenapiJson", "/console/{file}": "ConsoleFile", "": "",
	} {
		if got := Joined(folder); got != want {
			t.Errorf("%s is %s, not %s", folder, got, want)
		}
	}
}

// The rule of the package: a path has two functions only so that one of them need
// not link the signal processing.
func TestAPathHasTwoFunctionsOnlyForTheSakeOfTheSignalProcessing(t *testing.T) {
	byPath := make(map[string][]Function)
	for _, f := range All() {
		for _, r := range f.Routes {
			byPath[r.Path] = append(byPath[r.Path], f)
		}
	}
	for path, all := range byPath {
		linking := 0
		for _, f := range all {
			if slices.Contains(f.Links, SignalProcessing) {
				linking++
			}
		}
		if len(all) > 2 || len(all) == 2 && linking != 1 {
			t.Errorf("%q has %d functions, of which %d link the signal processing", path, len(all), linking)
		}
	}
}

// A policy's settings that two functions need are set on both.
func TestThePolicysSettingsReachTheFunctionsThatHoldToThem(t *testing.T) {
	for folder, settings := range map[string][]string{
		"authenticate/check_user": {"CONSENT", "CHALLENGE", "MATCH_FMR"},
		"authenticate/make_model": {"CONSENT", "UPLOADS_KEEP"},
		"members/consent":         {"CONSENT"},
		"cleanup":                 {"UPLOADS_KEEP", "MODELS_UNUSED_AFTER"},
	} {
		i := slices.IndexFunc(All(), func(f Function) bool { return f.Folder == folder })
		for _, name := range settings {
			if !slices.Contains(All()[i].Settings, name) {
				t.Errorf("%s has no %s", folder, name)
			}
		}
	}
}

// Without the permission to list, S3 answers 403 for a missing object, and the
// service would answer 500.
func TestAFunctionThatReadsObjectsMayBeToldThatThereIsNone(t *testing.T) {
	for _, f := range All() {
		reads := slices.ContainsFunc(f.Grants, func(g Grant) bool { return slices.Contains(g.Actions, "GetObject") })
		lists := slices.ContainsFunc(f.Grants, func(g Grant) bool { return g.Resource == bucket && slices.Contains(g.Actions, "ListBucket") })
		if reads && !lists {
			t.Errorf("%s reads objects and may not list them", f.Folder)
		}
	}
}
