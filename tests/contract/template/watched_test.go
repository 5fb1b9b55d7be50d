package template

import (
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"systole/functions"
)

// kinds are the alarms that each group of functions has.
var kinds = []string{"Errors", "Throttles", "Slow"}

// groups are the alarm groups of the table.
func groups() []functions.AlarmGroup {
	var all []functions.AlarmGroup
	for _, f := range functions.All() {
		if !slices.Contains(all, f.Alarms) {
			all = append(all, f.Alarms)
		}
	}
	return all
}

func TestEveryAlarmReachesSomebody(t *testing.T) {
	template := load(t)
	alarms := resources(t, template, "AWS::CloudWatch::Alarm")
	for id, a := range alarms {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if got := at(a, "Properties", actions); !reflect.DeepEqual(got, []any{ref("Alarms")}) {
				t.Errorf("%s: %s %v", id, actions, got)
			}
		}
		if at(a, "Properties", "AlarmDescription") == nil {
			t.Errorf("%s doesn't say what is wrong", id)
		}
	}
	want := []string{"CleanupBehind", "CleanupFails", "CleanupRunsFail", "CleanupStopped", "ServerErrors", "UnusualLogInFailures", "UnusualRejects"}
	for _, group := range groups() {
		for _, kind := range kinds {
			want = append(want, string(group)+kind)
		}
	}
	slices.Sort(want)
	if got := sortedKeys(alarms); !slices.Equal(got, want) {
		t.Errorf("alarms %v, not %v", got, want)
	}
	for _, n := range list(at(template, "Resources", "Spend", "Properties", "NotificationsWithSubscribers")) {
		if at(list(at(n, "Subscribers"))[0], "Address") == nil {
			t.Error("nobody is told what is spent")
		}
	}
}

// metricsOfAnAlarm is CloudWatch's limit for an expression.
const metricsOfAnAlarm = 10

func TestAlarmsWatchAllFunctions(t *testing.T) {
	template := load(t)
	watched := make(map[string][]string)
	for _, f := range functions.All() {
		for _, kind := range kinds {
			if kind != "Slow" || len(f.Routes) > 0 { // the clean-up may take its time
				watched[kind] = append(watched[kind], f.ID())
			}
		}
	}
	for kind, want := range watched {
		slices.Sort(want)
		var got []string
		for _, group := range groups() {
			alarm := string(group) + kind
			metrics := list(at(template, "Resources", alarm, "Properties", "Metrics"))
			if len(metrics) > 1+metricsOfAnAlarm {
				t.Errorf("%s watches %d metrics", alarm, len(metrics)-1)
			}
			for _, m := range metrics {
				for _, d := range list(at(m, "MetricStat", "Metric", "Dimensions")) {
					if id, ok := at(d, "Value", "Ref").(string); ok {
						got = append(got, id)
					}
				}
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s are watched of %v, not %v", kind, got, want)
		}
	}
}

func TestTheSlownessAlarmComesBeforeTheTimeOut(t *testing.T) {
	template := load(t)
	timeout := at(template, "Globals", "Function", "Timeout").(int)
	for _, group := range groups() {
		threshold := at(template, "Resources", string(group)+"Slow", "Properties", "Threshold").(int)
		if threshold >= timeout*1000 || threshold < timeout*500 {
			t.Errorf("%s: %d ms of %d s", group, threshold, timeout)
		}
	}
}

func TestAFailedCleanUpIsKept(t *testing.T) {
	template := load(t)
	target := at(template, "Resources", "CleanupSchedule", "Properties", "Target")
	if got := at(target, "DeadLetterConfig", "Arn"); !reflect.DeepEqual(got, arn("CleanupFailures")) {
		t.Errorf("runs that can't be started go to %v", got)
	}
	onFailure := at(template, "Resources", "Cleanup", "Properties", "EventInvokeConfig", "DestinationConfig", "OnFailure")
	if want := (object{"Type": "SQS", "Destination": arn("CleanupFailures")}); !reflect.DeepEqual(onFailure, want) {
		t.Errorf("runs that fail go to %v", onFailure)
	}
	got := granted(t, template, "CleanupScheduleRole")
	if want := []string{"sqs:SendMessage CleanupFailures", "states:StartExecution CleanupRuns"}; !slices.Equal(got, want) {
		t.Errorf("the schedule may %v", got)
	}
}

// Metrics are named where the code measures them; a step's metric ends in _ms.
func TestWatchedMetricsAreMeasured(t *testing.T) {
	template := load(t)
	body := at(template, "Resources", "Dashboard", "Properties", "DashboardBody", "Fn::Sub").(string)
	var watched []string
	for _, m := range regexp.MustCompile(`\["\$\{AWS::StackName\}", "(\w+)"|MetricName=\\"(\w+)\\"`).FindAllStringSubmatch(body, -1) {
		watched = append(watched, m[1]+m[2])
	}
	for _, a := range resources(t, template, "AWS::CloudWatch::Alarm") {
		for _, m := range list(at(a, "Properties", "Metrics")) {
			if metric := at(m, "MetricStat", "Metric"); reflect.DeepEqual(at(metric, "Namespace"), ref("AWS::StackName")) {
				watched = append(watched, at(metric, "MetricName").(string))
			}
		}
	}
	slices.Sort(watched)
	watched = slices.Compact(watched)
	want := []string{"accepted", "cold_starts", "hash_ms", "ms", "quality", "refusals", "rejected", "requests", "signal_ms", "store_ms"}
	if !slices.Equal(watched, want) {
		t.Errorf("watched are %v, not %v", watched, want)
	}
	code := source(t, "../../../shared")
	for _, name := range watched {
		if step, _ := strings.CutSuffix(name, "_ms"); !strings.Contains(code, strconv.Quote(step)) {
			t.Errorf("nothing measures %s", name)
		}
	}
}

// source returns all code below a folder but the tests.
func source(t *testing.T, folder string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		b, err := os.ReadFile(path)
		all.Write(b)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

func TestTheDashboardIsValid(t *testing.T) {
	template := load(t)
	body := at(template, "Resources", "Dashboard", "Properties", "DashboardBody", "Fn::Sub").(string)
	for _, name := range regexp.MustCompile(`\$\{([A-Za-z]+)\}`).FindAllStringSubmatch(body, -1) {
		if at(template, "Resources", name[1]) == nil && at(template, "Parameters", name[1]) == nil {
			t.Errorf("there is no %s", name[1])
		}
	}
	var dashboard struct {
		Widgets []struct {
			Type                string
			X, Y, Width, Height int
			Properties          struct {
				Title   string
				Metrics [][]any
			}
		}
	}
	if err := json.Unmarshal([]byte(body), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, w := range dashboard.Widgets {
		if w.Type != "metric" || w.Properties.Title == "" || len(w.Properties.Metrics) == 0 || w.X+w.Width > 24 {
			t.Errorf("%+v", w)
		}
	}
	if len(dashboard.Widgets) < 8 {
		t.Errorf("%d widgets", len(dashboard.Widgets))
	}
}
