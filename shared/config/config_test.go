package config

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"systole/shared/biometric"
	"systole/shared/member"
	"systole/shared/member/argon2id"
)

func env(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

func TestEverySettingHasADefaultThatWorks(t *testing.T) {
	got, err := Read(env(nil))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		TokenLimits:    member.DefaultTokenLimits,
		HashCost:       argon2id.DefaultCost,
		HashParallel:   2,
		MatchFMR:       0.001,
		SamplingRateHz: 500,
		ReadParallel:   2,
		UploadsKeep:    7 * day,
		OrphansAfter:   day,
		UnusedAfter:    365 * day,
		CleanUpPerKind: 10000,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestValuesReachTheirFields(t *testing.T) {
	got, err := Read(env(map[string]string{
		"MEMBERS_TABLE": "m", "TOKENS_TABLE": "t", "BUCKET": " b ",
		"TOKENS_PER_MEMBER": "3", "TOKEN_LIFETIME": "12h", "TOKEN_IDLE": "90m",
		"PASSWORD_MEMORY_KIB": "8192", "PASSWORD_PASSES": "3", "PASSWORD_LANES": "2", "PASSWORD_PARALLEL": "4",
		"MATCH_FMR": "1e-4", "SAMPLING_RATE_HZ": "512.5", "READ_PARALLEL": "1",
		"UPLOADS_KEEP": "0", "MODELS_ORPHANED_AFTER": "2h", "MODELS_UNUSED_AFTER": "10d", "CLEANUP_LIMIT": "7",
		"CORS_ORIGINS": "https://a.example, http://localhost:3000", "METRICS_NAMESPACE": "n",
		"ISSUER": "https://ecg.example.com/prod", "UPLOADS_ORIGIN": "http://localhost:9000",
	}), MembersTable, TokensTable, Bucket)
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		MembersTable: "m", TokensTable: "t", Bucket: "b",
		TokenLimits:  member.TokenLimits{PerMember: 3, Lifetime: 12 * time.Hour, Idle: 90 * time.Minute},
		HashCost:     argon2id.Cost{MemoryKiB: 8192, Passes: 3, Lanes: 2},
		HashParallel: 4, MatchFMR: 1e-4, SamplingRateHz: 512.5, ReadParallel: 1,
		OrphansAfter: 2 * time.Hour, UnusedAfter: 10 * day, CleanUpPerKind: 7,
		Issuer:           "https://ecg.example.com/prod",
		CORSOrigins:      []string{"https://a.example", "http://localhost:3000"},
		UploadsOrigin:    "http://localhost:9000",
		MetricsNamespace: "n",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestAllProblemsAreReportedTogether(t *testing.T) {
	_, err := Read(env(map[string]string{"TOKEN_IDLE": "soon", "MATCH_FMR": "2", "BUCKET": "b"}), MembersTable, TokensTable, Bucket)
	if err == nil {
		t.Fatal("no error")
	}
	lines := strings.Split(err.Error(), "\n")
	want := []string{
		"MEMBERS_TABLE is not set: it is the DynamoDB table of the members. Set it like this: export MEMBERS_TABLE=systole-members",
		"TOKENS_TABLE is not set: it is the DynamoDB table of the tokens. Set it like this: export TOKENS_TABLE=systole-tokens",
		`TOKEN_IDLE="soon" can't be used: it is a duration such as 30m, 12h or 30d from 1m0s to 87600h0m0s. Set it like this: export TOKEN_IDLE=30d`,
		`MATCH_FMR="2" can't be used: it is a number from 1e-05 to 0.05. Set it like this: export MATCH_FMR=0.001`,
	}
	if !reflect.DeepEqual(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", err, strings.Join(want, "\n"))
	}
}

func TestWhatCantBeUsedIsRefused(t *testing.T) {
	tests := []struct{ name, value string }{
		{"MEMBERS_TABLE", "two words"},
		{"BUCKET", "s3://bucket"},
		{"TOKENS_PER_MEMBER", "0"},
		{"TOKENS_PER_MEMBER", "101"},
		{"TOKENS_PER_MEMBER", "ten"},
		{"TOKEN_LIFETIME", "30"},
		{"TOKEN_LIFETIME", "-1h"},
		{"TOKEN_IDLE", "1s"},
		{"TOKEN_IDLE", "99999999d"},
		{"PASSWORD_MEMORY_KIB", "1"},
		{"PASSWORD_PASSES", "1000"},
		{"PASSWORD_LANES", "256"},
		{"MATCH_FMR", "NaN"},
		{"MATCH_FMR", "0"},
		{"SAMPLING_RATE_HZ", "Inf"},
		{"SAMPLING_RATE_HZ", "60"},
		{"SAMPLING_RATE_HZ", "4500"},
		{"UPLOADS_KEEP", "week"},
		{"MODELS_ORPHANED_AFTER", "1s"},
		{"MODELS_UNUSED_AFTER", "1h"},
		{"CLEANUP_LIMIT", "-1"},
		{"CORS_ORIGINS", "app.example.com"},
		{"CORS_ORIGINS", "https://app.example.com/"},
		{"CORS_ORIGINS", "ftp://app.example.com"},
		{"ISSUER", "ecg.example.com"},
		{"ISSUER", "https:ecg.example.com"},
		{"UPLOADS_KEEP", "d"},
		{"UPLOADS_KEEP", "-1d"},
		{"UPLOADS_KEEP", "1.5d"},
		{"CORS_ORIGINS", "https://%zz"},
		{"ISSUER", "https://ecg.example.com/"},
		{"ISSUER", "https://ecg.example.com?stage=prod"},
		{"ISSUER", "https://user@ecg.example.com"},
		{"UPLOADS_ORIGIN", "https://bucket.example/uploads"},
		{"UPLOADS_ORIGIN", "https://bucket.example;script-src"},
	}
	for _, tt := range tests {
		_, err := Read(env(map[string]string{tt.name: tt.value}))
		if err == nil || !strings.HasPrefix(err.Error(), tt.name+"=") {
			t.Errorf("%s=%s: %v", tt.name, tt.value, err)
		}
	}
}

func TestVariablesExplainThemselves(t *testing.T) {
	seen := make(map[string]bool)
	for _, v := range Variables() {
		if v.Name == "" || v.Meaning == "" || seen[v.Name] {
			t.Errorf("%+v", v)
		}
		seen[v.Name] = true
	}
}

func TestTheSettingsOfPackageBiometricAreThoseThatWereRead(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want biometric.Settings
	}{
		{"strict", map[string]string{
			"MATCH_FMR": "0.0001", "UPLOADS_KEEP": "48h", "MODELS_ORPHANED_AFTER": "36h", "CHALLENGE": "required",
			"READ_PARALLEL": "3", "CONSENT": "required",
		}, biometric.Settings{
			FMR: 0.0001, KeepUploads: true, OrphansAfter: 36 * time.Hour, Challenge: true, Parallel: 3, Consent: member.ConsentVersion,
		}},
		{"lax, no recordings kept", map[string]string{
			"MATCH_FMR": "0.01", "UPLOADS_KEEP": "0s", "MODELS_ORPHANED_AFTER": "24h", "CHALLENGE": "optional",
			"READ_PARALLEL": "2", "CONSENT": "optional",
		}, biometric.Settings{FMR: 0.01, OrphansAfter: 24 * time.Hour, Parallel: 2}},
	} {
		c, err := Read(env(test.env))
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Biometric(); got != test.want {
			t.Errorf("%s: got %+v, want %+v", test.name, got, test.want)
		}
	}
}
