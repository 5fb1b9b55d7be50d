package config

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"systole/shared/member"
	"time"

	"systole/shared/ecg/rate"
	"systole/shared/provider"
)

// setting is a variable and the place of its value.
type setting struct {
	name     string
	fallback string // value when the variable is not set
	example  string
	meaning  string
	set      func(c *Config, value string) error
}

const day = 24 * time.Hour

// settings lists every variable.
func settings() []setting {
	limits := member.DefaultTokenLimits
	return []setting{
		{MembersTable, "", "systole-members", "the DynamoDB table of the members",
			text(func(c *Config) *string { return &c.MembersTable })},
		{TokensTable, "", "systole-tokens", "the DynamoDB table of the tokens",
			text(func(c *Config) *string { return &c.TokensTable })},
		{ActivityTable, "", "systole-activity", "the DynamoDB table of what happened to accounts",
			text(func(c *Config) *string { return &c.ActivityTable })},
		{GrantsTable, "", "systole-grants", "the DynamoDB table of what clients were granted for a short time",
			text(func(c *Config) *string { return &c.GrantsTable })},
		{Bucket, "", "systole-recordings", "the S3 bucket of uploads and models",
			text(func(c *Config) *string { return &c.Bucket })},
		{KeysSecret, "", "systole-keys", "the name or ARN of the secret in Secrets Manager that holds the keys of the models",
			text(func(c *Config) *string { return &c.KeysSecret })},

		{"TOKENS_PER_MEMBER", fmt.Sprint(limits.PerMember), "10", fmt.Sprintf("how many tokens a member may have at once, 1 to %d; the oldest ends when there is one more", member.MaxPerMember),
			number(func(c *Config) *int { return &c.TokenLimits.PerMember }, 1, member.MaxPerMember)},
		{"TOKEN_LIFETIME", days(limits.Lifetime), "30d", "how long a token lives at most, 1m to 3650d",
			duration(func(c *Config) *time.Duration { return &c.TokenLimits.Lifetime }, time.Minute, 3650*day)},
		{"TOKEN_IDLE", days(limits.Idle), "30d", "how long a token lives without being used, 1m to 3650d; by default as long as any",
			duration(func(c *Config) *time.Duration { return &c.TokenLimits.Idle }, time.Minute, 3650*day)},

		{"PASSWORD_MEMORY_KIB", "19456", "19456", "argon2id's memory in KiB, 8192 to 262144",
			number(func(c *Config) *uint32 { return &c.HashCost.MemoryKiB }, 8192, 262144)},
		{"PASSWORD_PASSES", "2", "2", "argon2id's passes, 1 to 16",
			number(func(c *Config) *uint32 { return &c.HashCost.Passes }, 1, 16)},
		{"PASSWORD_LANES", "1", "1", "argon2id's lanes, 1 to 8",
			number(func(c *Config) *uint8 { return &c.HashCost.Lanes }, 1, 8)},
		{"PASSWORD_PARALLEL", "2", "2", "how many passwords are hashed at once, 1 to 64",
			number(func(c *Config) *int { return &c.HashParallel }, 1, 64)},

		{"MATCH_FMR", "0.001", "0.001", "the share of strangers that a check may let through, 0.00001 to 0.05",
			decimal(func(c *Config) *float64 { return &c.MatchFMR }, 0.00001, 0.05)},
		{"CONSENT", "optional", "required", "whether consent has to be on record before an enrolment, required or optional",
			required(func(c *Config) *bool { return &c.ConsentRequired })},
		{"CHALLENGE", "optional", "required", "whether a check has to bring a nonce, required or optional",
			required(func(c *Config) *bool { return &c.ChallengeRequired })},
		{"SAMPLING_RATE_HZ", "500", "500", fmt.Sprintf("the sampling rate of the app's recordings (one quoted number a line), which come without one, %d to %d Hz; others are refused until their rate is sent; 0 to tell it from the signal where that is safe, and else refuse them all", rate.MinHz, rate.MaxHz),
			zeroOr(decimal(func(c *Config) *float64 { return &c.SamplingRateHz }, rate.MinHz, rate.MaxHz))},
		{"READ_PARALLEL", "2", "2", "how many recordings are worked on at once, 1 to 64",
			number(func(c *Config) *int { return &c.ReadParallel }, 1, 64)},

		{"UPLOADS_KEEP", "7d", "7d", "how long uploaded recordings are kept, 0 (not at all) to 3650d",
			duration(func(c *Config) *time.Duration { return &c.UploadsKeep }, 0, 3650*day)},
		{"MODELS_ORPHANED_AFTER", "24h", "24h", "the age from which a model that nobody points to is removed, 1h to 365d",
			duration(func(c *Config) *time.Duration { return &c.OrphansAfter }, time.Hour, 365*day)},
		{"MODELS_UNUSED_AFTER", "365d", "365d", "how long a model is kept without an accepted check, 2d to 3650d",
			duration(func(c *Config) *time.Duration { return &c.UnusedAfter }, 2*day, 3650*day)},
		{"CLEANUP_LIMIT", "10000", "10000", "how many items of each kind one run of clean-up removes, 1 to 1000000",
			number(func(c *Config) *int { return &c.CleanUpPerKind }, 1, 1_000_000)},

		{"OPENID_CLIENTS", "", `'[{"client_id":"site","client_name":"My site","client_secret_sha256":"…","redirect_uris":["https://site.example/callback"]}]'`, "the applications that people may log in to with their account here, as a JSON array in the words of RFC 7591; none when empty",
			clients},
		{"ISSUER", "", "https://ecg.example.com", "the service's own address, as tokens for third parties name it; when empty, the one that a request came to",
			issuer},
		{"CORS_ORIGINS", "", "https://app.example.com,https://admin.example.com", "the origins whose pages may call, with commas between, or *; none when empty",
			origins},
		{"UPLOADS_ORIGIN", "", "https://bucket.s3.eu-central-1.amazonaws.com", "the origin at which the console puts large recordings; its own when empty",
			uploadsOrigin},

		{"METRICS_NAMESPACE", "", "systole", "the CloudWatch namespace of the metrics in the log; none when empty",
			text(func(c *Config) *string { return &c.MetricsNamespace })},
	}
}

// days writes a duration of whole days as a setting.
func days(d time.Duration) string { return fmt.Sprintf("%dd", d/day) }

func text(field func(*Config) *string) func(*Config, string) error {
	return func(c *Config, value string) error {
		if strings.ContainsAny(value, " \t\r\n/") {
			return errors.New("it has no spaces and slashes")
		}
		*field(c) = value
		return nil
	}
}

func number[N int | uint8 | uint32](field func(*Config) *N, least, most int) func(*Config, string) error {
	return func(c *Config, value string) error {
		n, err := strconv.Atoi(value)
		if err != nil || n < least || n > most {
			return fmt.Errorf("it is a whole number from %d to %d", least, most)
		}
		*field(c) = N(n)
		return nil
	}
}

func decimal(field func(*Config) *float64, least, most float64) func(*Config, string) error {
	return func(c *Config, value string) error {
		x, err := strconv.ParseFloat(value, 64)
		if err != nil || !(x >= least && x <= most) {
			return fmt.Errorf("it is a number from %v to %v", least, most)
		}
		*field(c) = x
		return nil
	}
}

// zeroOr accepts 0, which leaves the field unchanged.
func zeroOr(set func(*Config, string) error) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value == "0" {
			return nil
		}
		return set(c, value)
	}
}

func required(field func(*Config) *bool) func(*Config, string) error {
	return func(c *Config, value string) error {
		if value != "required" && value != "optional" {
			return errors.New("it is required or optional")
		}
		*field(c) = value == "required"
		return nil
	}
}

func duration(field func(*Config) *time.Duration, least, most time.Duration) func(*Config, string) error {
	return func(c *Config, value string) error {
		d, err := parseDuration(value)
		if err != nil || d < least || d > most {
			return fmt.Errorf("it is a duration such as 30m, 12h or 30d from %v to %v", least, most)
		}
		*field(c) = d
		return nil
	}
}

// parseDuration is time.ParseDuration that also accepts whole days: "30d".
func parseDuration(s string) (time.Duration, error) {
	days, ok := strings.CutSuffix(s, "d")
	if !ok {
		return time.ParseDuration(s)
	}
	n, err := strconv.ParseUint(days, 10, 16)
	return time.Duration(n) * day, err
}

// origins accepts origins in the form that a browser sends: scheme and host, no
// path.
func origins(c *Config, value string) error {
	for origin := range strings.SplitSeq(value, ",") {
		origin = strings.TrimSpace(origin)
		if origin == "" {
			continue
		}
		if origin != "*" && !isOrigin(origin) {
			return fmt.Errorf("%q is no origin: scheme and host without a path, or *", origin)
		}
		c.CORSOrigins = append(c.CORSOrigins, origin)
	}
	return nil
}

// issuer accepts an address without query and fragment (OpenID Connect Core 1.0,
// 1.2), and without a slash at its end, where paths begin.
func issuer(c *Config, value string) error {
	u, err := url.Parse(value)
	if value != "" && (err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.User != nil ||
		strings.ContainsAny(value, "?# ") || strings.HasSuffix(value, "/")) {
		return fmt.Errorf("%q is no address: scheme, host, and perhaps a path, without a slash at the end", value)
	}
	c.Issuer = value
	return nil
}

func clients(c *Config, value string) (err error) {
	c.Clients, err = provider.ParseClients(value)
	return err
}

func uploadsOrigin(c *Config, value string) error {
	if value != "" && !isOrigin(value) {
		return fmt.Errorf("%q is no origin: scheme and host without a path", value)
	}
	c.UploadsOrigin = value
	return nil
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.Scheme+"://"+u.Host == s && !strings.ContainsAny(s, " ;'\"")
}
