package config

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/rate"
	"systole/shared/member"
)

// Each bound is stated in the setting's unit: the value at the bound is accepted,
// and the next value beyond it is refused.
func TestSettingsAtTheirBounds(t *testing.T) {
	for _, tt := range []struct {
		name        string
		taken, over []string
	}{
		{"TOKENS_PER_MEMBER", []string{"1", fmt.Sprint(member.MaxPerMember)}, []string{"0", fmt.Sprint(member.MaxPerMember + 1), "1.5", "x", ""}},
		{"TOKEN_LIFETIME", []string{"1m", "3650d"}, []string{"59s", "3651d", "87601h"}},
		{"TOKEN_IDLE", []string{"1m", "3650d"}, []string{"59s", "3651d"}},
		{"PASSWORD_MEMORY_KIB", []string{"8192", "262144"}, []string{"8191", "262145"}},
		{"PASSWORD_PASSES", []string{"1", "16"}, []string{"0", "17"}},
		{"PASSWORD_LANES", []string{"1", "8"}, []string{"0", "9"}},
		{"PASSWORD_PARALLEL", []string{"1", "64"}, []string{"0", "65"}},
		{"MATCH_FMR", []string{"0.00001", "0.05"}, []string{"0.000009", "0.0501", "NaN", "1e-400x"}},
		{"SAMPLING_RATE_HZ", []string{"0", fmt.Sprint(rate.MinHz), fmt.Sprint(rate.MaxHz)}, []string{fmt.Sprint(rate.MinHz - 1), fmt.Sprint(rate.MaxHz + 1), "00x"}},
		{"READ_PARALLEL", []string{"1", "64"}, []string{"0", "65"}},
		{"UPLOADS_KEEP", []string{"0", "3650d"}, []string{"-1h", "3651d"}},
		{"MODELS_ORPHANED_AFTER", []string{"1h", "365d"}, []string{"59m", "366d"}},
		{"MODELS_UNUSED_AFTER", []string{"2d", "3650d"}, []string{"47h", "3651d"}},
		{"CLEANUP_LIMIT", []string{"1", "1000000"}, []string{"0", "1000001"}},
		{"CONSENT", []string{"required", "optional"}, []string{"on"}},
		{"ISSUER", []string{"https://a.example", "https://a.example/prod", "http://localhost:8080"}, []string{"a.example", "https://", "ftp://a.example", "https://a.example/%zz"}},
		{"CORS_ORIGINS", []string{"*", "https://a.example"}, []string{"a.example", "https://a.example/x", "https://"}},
		{"UPLOADS_ORIGIN", []string{"https://a.example"}, []string{"a.example", "https://a.example/x"}},
		{"OPENID_CLIENTS", nil, []string{"{", "x"}},
	} {
		for _, value := range tt.taken {
			if _, err := Read(env(map[string]string{tt.name: value})); err != nil {
				t.Errorf("%s=%s is refused: %v", tt.name, value, err)
			}
		}
		for _, value := range tt.over {
			if _, err := Read(env(map[string]string{tt.name: value})); err == nil && value != "" {
				t.Errorf("%s=%s is taken", tt.name, value)
			}
		}
	}
}

// A text that is not a number is refused even if the setting may be 0.
func TestWhatIsNoNumberIsNotZero(t *testing.T) {
	var n int
	var x float64
	for name, set := range map[string]func(*Config, string) error{
		"number":  number(func(*Config) *int { return &n }, -1, 1),
		"decimal": decimal(func(*Config) *float64 { return &x }, -1, 1),
	} {
		if err := set(nil, "none"); err == nil {
			t.Errorf("%s takes it", name)
		}
		if err := set(nil, "0"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Days have at most five digits, which a duration can hold.
func TestDaysAreWholeAndFew(t *testing.T) {
	for text, want := range map[string]time.Duration{"0d": 0, "65535d": 65535 * day, "65536d": -1, "x": -1, "90m": 90 * time.Minute} {
		got, err := parseDuration(text)
		if (err == nil) != (want >= 0) || err == nil && got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

func TestAMeaningNamesTheBounds(t *testing.T) {
	said := make(map[string]string)
	for _, v := range Variables() {
		said[v.Name] = v.Meaning
	}
	for name, bounds := range map[string]string{"TOKENS_PER_MEMBER": "1 to 100;", "SAMPLING_RATE_HZ": "90 to 4000 Hz;"} {
		if !strings.Contains(said[name], bounds) {
			t.Errorf("%s: %s", name, said[name])
		}
	}
}

func TestAllVariablesAreListed(t *testing.T) {
	all := Variables()
	if len(all) != len(settings()) {
		t.Fatalf("%d variables of %d", len(all), len(settings()))
	}
	if !slices.ContainsFunc(all, func(v Variable) bool { return v.Name == "MATCH_FMR" && v.Default == "0.001" && v.Meaning != "" }) {
		t.Errorf("%+v", all)
	}
}
