package main

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func TestPricesFallByTier(t *testing.T) {
	tests := []struct{ requests, dollars float64 }{
		{0, 0},
		{1e6, 3.50},
		{333e6, 1165.50},
		{1e9, 1165.50 + 667*2.80},
		{21e9, 1165.50 + 667*2.80 + 19_000*2.38 + 1_000*1.51},
	}
	for _, tt := range tests {
		if got := tiered(tt.requests, gatewayRequests()); math.Abs(got-tt.dollars) > 1e-6 {
			t.Errorf("%v requests cost %v, not %v", tt.requests, got, tt.dollars)
		}
	}
}

func TestACostIsTheSumOfItsParts(t *testing.T) {
	r := request{memoryMB: 1024, wait: 0.1, writeUnits: 2, readUnits: 4, puts: 1, gets: 2, logBytes: 1 << 10, gatewayBytes: 1 << 10, answeredBytes: 1 << 10, keys: true}
	const kib = 1e6 * (1 << 10) / (1 << 30)
	want := cost{3.50, 0.20 + 1e5*0.0000133334, 1.25 + 0.50, 5 + 0.80, 2 * kib * 0.50, kib * 0.09, 0.60, 1e5 / 300 * 0.05 / 1e4}
	for i, got := range r.cost(1e6) {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Errorf("%s: %v, not %v", parts()[i], got, want[i])
		}
	}
}

func TestWhatStandsIsReadFromTheTemplate(t *testing.T) {
	const alarm = `
  A:
    Type: AWS::CloudWatch::Alarm
    Properties: {MetricName: x, Threshold: !Ref P}
`
	tests := []struct{ name, template, what string }{
		{"an alarm of one metric", alarm, "metrics that alarms watch: 1 0.10"},
		{"an alarm of an expression", `
  A:
    Type: AWS::CloudWatch::Alarm
    Properties:
      Metrics: [{Expression: bad / all}, {MetricStat: {Stat: !Ref S}}, {MetricStat: {Stat: Sum}}]
`, "metrics that alarms watch: 2 0.20"},
		{"what is ordinary", `
  A:
    Type: AWS::CloudWatch::Alarm
    Properties: {Metrics: [{Expression: "ANOMALY_DETECTION_BAND(seen, 3)"}, {MetricStat: {Stat: Sum}}]}
`, "metrics that alarms watch: 3 0.30"},
		{"WAF", `
  A:
    Type: AWS::WAFv2::WebACL
    Properties: {Rules: [{Name: a}, {Name: b}]}
`, "WAF's rules, in prod: 2 2.00"},
		{"two keys", "\n  A: {Type: AWS::KMS::Key}\n  B: {Type: AWS::KMS::Key}\n", "keys: 2 2.00"},
	}
	for _, tt := range tests {
		all, err := fixed([]byte("Resources:" + tt.template))
		if err != nil {
			t.Fatal(tt.name, err)
		}
		var got []string
		for _, s := range all {
			got = append(got, fmt.Sprintf("%s: %.0f %.2f", s.what, s.number, s.dollars))
		}
		if !slices.Contains(got, tt.what) {
			t.Errorf("%s: no %q in %q", tt.name, tt.what, got)
		}
	}
}

// A month at 100,000 checks a second reaches every tier.
func TestLogsAndTrafficHaveTiers(t *testing.T) {
	const n = 100_000 * secondsAMonth
	check := requests()[2]
	c := check.cost(n)
	for part, per := range map[int]float64{4: (logBytes*0.5 + gatewayBytes*0.5) / gib, 5: answeredBytes * 0.09 / gib} {
		if c[part] >= n*per {
			t.Errorf("%s: %v, at the first tier's price %v", parts()[part], c[part], n*per)
		}
	}
}

func TestLessMemoryWorksLongerAndWaitsAlike(t *testing.T) {
	r := request{memoryMB: coreMB / 2.0, work: 0.05, wait: 0.03}
	if got, want := r.seconds(), 0.13; math.Abs(got-want) > 1e-9 {
		t.Errorf("%v s, not %v", got, want)
	}
}

func TestMemoryIsTheTemplates(t *testing.T) {
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	functions := []string{"MembersCreate", "MembersLogin", "AuthenticateCheckUser", "OpenidAuthorize", "OpenidFlow", "OpenidPassword", "OpenidHeart", "OpenidFlow", "OpenidToken", "OpenidUserinfo"}
	all := append(requests(), provider()...)
	for i, function := range functions {
		size := regexp.MustCompile(`(?s)\n  ` + function + `:\n.*?MemorySize: (\d+)`).FindSubmatch(template)
		if size == nil || string(size[1]) != strconv.Itoa(int(all[i].memoryMB)) {
			t.Errorf("%s has %s MB, %s is reckoned with %v", function, size[1], all[i].name, all[i].memoryMB)
		}
	}
}

// The page shows what the program prints.
func TestThePageIsUpToDate(t *testing.T) {
	page, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	template, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	if err := report(&out, template); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), out.String()) {
		t.Errorf("infra/README.md doesn't have what the program prints:\n%s", out.String())
	}
}
