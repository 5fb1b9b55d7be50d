// Package config reads the settings from environment variables, all at once: one
// error names every problem of an environment.
package config

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"systole/shared/biometric"
	"systole/shared/member"
	"systole/shared/provider"
)

// Names of the variables that locate the service's resources. They have no
// default: a program that needs them requires them of Read.
const (
	MembersTable  = "MEMBERS_TABLE"
	TokensTable   = "TOKENS_TABLE"
	ActivityTable = "ACTIVITY_TABLE"
	GrantsTable   = "GRANTS_TABLE"
	Bucket        = "BUCKET"
	KeysSecret    = "KEYS_SECRET"
)

// Config holds every setting. A setting that the program doesn't use is read and
// checked all the same, so that a mistake shows in every program.
type Config struct {
	MembersTable  string // DynamoDB table
	TokensTable   string // DynamoDB table
	ActivityTable string // DynamoDB table
	GrantsTable   string // DynamoDB table
	Bucket        string // S3 bucket
	KeysSecret    string // secret of Secrets Manager

	TokenLimits member.TokenLimits
	HashCost    struct { // an argon2id.Cost, whose package only functions that hash passwords link
		MemoryKiB uint32
		Passes    uint32
		Lanes     uint8
	}
	HashParallel int // passwords hashed at once

	MatchFMR          float64 // false match rate of a check
	SamplingRateHz    float64 // of recordings without a stated rate
	ConsentRequired   bool    // whether an enrolment needs consent
	ChallengeRequired bool    // whether a check must bring a nonce
	ReadParallel      int     // recordings read, enrolled or compared at once

	UploadsKeep    time.Duration // 0: uploads are not kept at all
	OrphansAfter   time.Duration // age from which a template without a pointer is deleted
	UnusedAfter    time.Duration // time without an accepted check after which a template is deleted
	CleanUpPerKind int           // items that one clean-up looks at, for each kind

	Clients provider.Clients // of the OpenID provider

	Issuer string // address of the service in tokens for third parties; empty for the address of the request

	CORSOrigins   []string // empty: no other origin may call
	UploadsOrigin string   // where pages put large recordings; empty for their own

	MetricsNamespace string // CloudWatch's, for metrics in the log; empty for none
}

// Biometric are the settings of package biometric.
func (c Config) Biometric() biometric.Settings {
	s := biometric.Settings{
		FMR:         biometric.FMR(c.MatchFMR),
		KeepUploads: c.UploadsKeep != 0,

		OrphansAfter: c.OrphansAfter,
		Challenge:    c.ChallengeRequired,
		Parallel:     c.ReadParallel,
	}
	if c.ConsentRequired {
		s.Consent = member.ConsentVersion
	}
	return s
}

// Variable describes a setting for a person.
type Variable struct {
	Name    string
	Default string // empty for none
	Meaning string
}

// Variables lists every variable that Read knows.
func Variables() []Variable {
	var all []Variable
	for _, s := range settings() {
		all = append(all, Variable{s.name, s.fallback, s.meaning})
	}
	return all
}

// Read reads the settings through lookup, which is os.LookupEnv except in tests.
// Those named in required must be set. Every problem is reported, with the
// variable's name, its form and how to set it; in the Config returned beside the
// error, a setting that can't be used has its default.
func Read(lookup func(string) (string, bool), required ...string) (Config, error) {
	var c Config
	problems := []error{Require(lookup, required...)}
	for _, s := range settings() {
		value := valueOf(s, lookup)
		if value == "" {
			value = s.fallback
		}
		if err := s.set(&c, value); err != nil {
			problems = append(problems, fmt.Errorf("%s=%q can't be used: %w. Set it like this: export %s=%s", s.name, value, err, s.name, s.example))
			_ = s.set(&c, s.fallback) // defaults are valid
		}
	}
	return c, errors.Join(problems...)
}

// Require returns an error that names each of the variables that isn't set, with
// its meaning and how to set it.
func Require(lookup func(string) (string, bool), names ...string) error {
	var problems []error
	for _, s := range settings() {
		if slices.Contains(names, s.name) && valueOf(s, lookup) == "" {
			problems = append(problems, fmt.Errorf("%s is not set: it is %s. Set it like this: export %s=%s", s.name, s.meaning, s.name, s.example))
		}
	}
	return errors.Join(problems...)
}

func valueOf(s setting, lookup func(string) (string, bool)) string {
	value, _ := lookup(s.name)
	return strings.TrimSpace(value)
}
