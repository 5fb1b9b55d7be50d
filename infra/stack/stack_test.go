package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"slices"
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
	unknown := []functions.Function{{Folder: "members/create", Grants: []functions.Grant{{Resource: "Nowhere"}}}}
	if err := write(new(bytes.Buffer), unknown); err == nil {
		t.Error("an unknown resource: no error")
	}
}

func TestAGroupThatIsMoreThanAnAlarmTakesHasFurtherAlarms(t *testing.T) {
	many := make([]functions.Function, 2*metricsOfAnAlarm+1)
	for i := range many {
		many[i] = functions.Function{Folder: fmt.Sprintf("members/f%d", i), Alarms: functions.SelfService}
	}
	others := functions.Function{Folder: "members/other", Alarms: functions.Support}
	s, err := stackOf(slices.Insert(many, metricsOfAnAlarm, others))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, g := range s.Groups {
		got[g.Name] = len(g.All)
	}
	want := map[string]int{"SelfService": metricsOfAnAlarm, "SelfService2": metricsOfAnAlarm, "SelfService3": 1, "Support": 1}
	if !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
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
