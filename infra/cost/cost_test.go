package main

import (
	"math"
	"os"
	"regexp"
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
	r := request{memoryMB: 1024, wait: 0.1, writeUnits: 2, readUnits: 4, puts: 1, gets: 2, logBytes: 1 << 10, answeredBytes: 1 << 10}
	const kib = 1e6 * (1 << 10) / (1 << 30)
	want := cost{3.50, 0.20 + 1e5*0.0000133334, 1.25 + 0.50, 5 + 0.80, kib * 0.50, kib * 0.09}
	for i, got := range r.cost(1e6) {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Errorf("%s: %v, not %v", parts()[i], got, want[i])
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
	var out strings.Builder
	report(&out)
	if !strings.Contains(string(page), out.String()) {
		t.Errorf("infra/README.md doesn't have what the program prints:\n%s", out.String())
	}
}
