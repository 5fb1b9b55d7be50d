package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"systole/functions"
)

func TestTheTemplateIsWhatTheProgramWrites(t *testing.T) {
	var want bytes.Buffer
	if err := write(&want, functions.All()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Error("template.yaml is not what go run ./infra/stack writes")
	}
}

func TestRowsThatTheTemplateCantHaveAreRefused(t *testing.T) {
	many := make([]functions.Function, metricsOfAnAlarm+1)
	for i := range many {
		many[i] = functions.Function{Folder: "members/create", Alarms: functions.SelfService}
	}
	unknown := []functions.Function{{Folder: "members/create", Grants: []functions.Grant{{Resource: "Nowhere"}}}}
	for name, rows := range map[string][]functions.Function{"more than an alarm watches": many, "an unknown resource": unknown} {
		if err := write(new(bytes.Buffer), rows); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestEachMethodOfAPathOfTwoFunctionsHasOneOfThem(t *testing.T) {
	var out bytes.Buffer
	if err := write(&out, functions.All()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`Path: "/authenticate/check_user", Method: GET}`, `Path: "/authenticate/check_user", Method: PATCH}`, `Path: "/authenticate/check_user", Method: POST}`} {
		if n := strings.Count(out.String(), want); n != 1 {
			t.Errorf("%s: %d times", want, n)
		}
	}
}
