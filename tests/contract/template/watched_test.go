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

// groups returns the alarm groups of the table of functions.
func groups() []functions.AlarmGroup {
	var all []functions.AlarmGroup
	for _, f := range functions.All() {
		if !slices.Contains(all, f.Alarms) {
			all = append(all, f.Alarms)
		}
	}
	return all
}

// halves returns the alarms that send nothing themselves: two of them make a
// composite alarm that does.
func halves(t *testing.T, template object) (all []string) {
	t.Helper()
	for _, a := range resources(t, template, "AWS::CloudWatch::CompositeAlarm") {
		rule := at(a, "Properties", "AlarmRule", "Fn::Sub").(string)
		m := regexp.MustCompile(`^ALARM\("\$\{(\w+)\}"\) AND ALARM\("\$\{(\w+)\}"\)$`).FindStringSubmatch(rule)
		if m == nil {
			t.Fatalf("rule %s", rule)
		}
		all = append(all, m[1:]...)
	}
	return all
}

func TestEveryAlarmReachesSomebody(t *testing.T) {
	template := load(t)
	alarms := resources(t, template, "AWS::CloudWatch::Alarm")
	for _, id := range halves(t, template) {
		if at(alarms[id], "Properties", "AlarmActions") != nil {
			t.Errorf("%s tells of half of an alarm", id)
		}
		delete(alarms, id)
	}
	for id, a := range resources(t, template, "AWS::CloudWatch::CompositeAlarm") {
		alarms[id] = a
	}
	for id, a := range alarms {
		for _, actions := range []string{"AlarmActions", "OKActions"} {
			if got := at(a, "Properties", actions); !reflect.DeepEqual(got, []any{ref("Alarms")}) {
				t.Errorf("%s: %s %v", id, actions, got)
			}
		}
	}
	want := []string{"CleanupBehind", "CleanupFails", "CleanupRunsFail", "CleanupStopped", "ConcurrencyNearLimit", "TablesThrottle", "UnusualLogInFailures", "UnusualRejects"}
	for _, objective := range []string{"Availability", "CheckLatency", "LogInLatency"} {
		want = append(want, objective+"Burns", objective+"BurnsFast", objective+"BurnsSlowly")
	}
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

// A burn-rate alarm needs both of its windows. The long one is twelve times the
// short one, and both have the same multiple of the rate that the objective
// allows.
func TestObjectivesBurnInTwoWindows(t *testing.T) {
	template := load(t)
	budgets := map[string]float64{"Availability": 0.001, "CheckLatency": 0.01, "LogInLatency": 0.01}
	for id, a := range resources(t, template, "AWS::CloudWatch::CompositeAlarm") {
		objective, kind, _ := strings.Cut(id, "Burns")
		wantRate := map[string]float64{"Fast": 14.4, "": 6, "Slowly": 3}[kind]
		rule := at(a, "Properties", "AlarmRule", "Fn::Sub").(string)
		var seconds []int
		for _, m := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(rule, -1) {
			half := at(template, "Resources", m[1], "Properties")
			threshold := at(half, "Threshold").(float64)
			if rate := threshold / budgets[objective]; rate < 0.999*wantRate || rate > 1.001*wantRate {
				t.Errorf("%s: %s is at %v times the objective", id, m[1], rate)
			}
			for _, metric := range list(at(half, "Metrics")) {
				if period, ok := at(metric, "MetricStat", "Period").(int); ok {
					seconds = append(seconds, period)
				}
			}
		}
		if long, short := seconds[0], seconds[len(seconds)-1]; long != 12*short {
			t.Errorf("%s: windows of %d and %d s", id, long, short)
		}
	}
}

// An alarm's mail leads to its instructions, and every heading of the
// instructions belongs to an alarm.
func TestEveryAlarmHasARunbook(t *testing.T) {
	template := load(t)
	page, err := os.ReadFile("../../../infra/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	commands := make(map[string]int) // by heading
	for _, section := range strings.Split(string(page), "\n## ")[1:] {
		heading, text, _ := strings.Cut(section, "\n")
		commands[strings.ToLower(heading)] = len(regexp.MustCompile(`(?m)^    \S`).FindAllString(text, -1))
	}
	led := map[string]bool{"spend": true} // a budget's mail has no text of its own
	alarms := resources(t, template, "AWS::CloudWatch::Alarm")
	for id, a := range resources(t, template, "AWS::CloudWatch::CompositeAlarm") {
		alarms[id] = a
	}
	for id, a := range alarms {
		what, anchor, ok := strings.Cut(at(a, "Properties", "AlarmDescription").(string), ". infra/runbooks.md#")
		if !ok || what == "" || commands[anchor] == 0 {
			t.Errorf("%s leads to no heading of the runbooks: %q", id, anchor)
		}
		led[anchor] = true
	}
	for heading, n := range commands {
		if !led[heading] {
			t.Errorf("no alarm leads to %s", heading)
		}
		if n != 3 {
			t.Errorf("%s: %d commands, not the first three", heading, n)
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
			if kind != "Slow" || len(f.Routes) > 0 { // the clean-up has no limit on its time
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

// A new version of a function that answers requests is tried before it gets
// traffic, gets a tenth of the requests first, and is rolled back by the alarms
// of its group and of the API.
func TestNewVersionsAreReleasedWithCare(t *testing.T) {
	template := load(t)
	for _, f := range functions.All() {
		p := at(template, "Resources", f.ID(), "Properties")
		if len(f.Routes) == 0 {
			if at(p, "AutoPublishAlias") != nil {
				t.Errorf("%s has an alias, which nothing calls", f.ID())
			}
			continue
		}
		if at(p, "AutoPublishAlias") != "live" || at(p, "AutoPublishAliasAllProperties") != true {
			t.Errorf("%s: a change of its settings isn't released", f.ID())
		}
		want := object{
			"Enabled": ref("Canary"), "Type": "Canary10Percent5Minutes",
			"Alarms": []any{ref(string(f.Alarms) + "Errors"), ref("AvailabilityIn5m")},
			"Hooks":  object{"PreTraffic": ref("Release")},
		}
		if got := at(p, "DeploymentPreference"); !reflect.DeepEqual(got, want) {
			t.Errorf("%s is released by %v", f.ID(), got)
		}
	}
	// CodeDeploy's role may only start functions with such names.
	if got := at(template, "Resources", "Release", "Properties", "FunctionName", "Fn::Sub"); got != "CodeDeployHook_${AWS::StackName}" {
		t.Errorf("the function that tries them is called %v", got)
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

// Metrics have the names that the code uses; the name of a step's duration ends
// in _ms.
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

// source returns all code below a folder except tests.
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
