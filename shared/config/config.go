// Package config reads the settings from environment variables, all at once:
// whoever starts a function learns everything that is wrong with its
// environment from one message.
package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"systole/shared/member"
)

// Names of the variables that say where things lie. They have no default: what
// needs them asks Read for them.
const (
	MembersTable  = "MEMBERS_TABLE"
	TokensTable   = "TOKENS_TABLE"
	ActivityTable = "ACTIVITY_TABLE"
	Bucket        = "BUCKET"
	KeysSecret    = "KEYS_SECRET"
)

// Config is every setting. What a program doesn't use is there all the same,
// read and checked, so that a mistake shows wherever it is made.
type Config struct {
	MembersTable  string // DynamoDB table
	TokensTable   string // DynamoDB table
	ActivityTable string // DynamoDB table
	Bucket        string // S3 bucket
	KeysSecret    string // secret of Secrets Manager

	TokenLimits  member.TokenLimits
	HashCost     HashCost
	HashParallel int // passwords hashed at once

	MatchFMR          float64 // share of strangers that a check may let through
	SamplingRateHz    float64 // of recordings that nobody states a rate for
	Adapt             bool    // whether models take in strong matches
	ConsentRequired   bool    // whether nobody enrols without consent
	ChallengeRequired bool    // whether a check must bring a nonce
	ReadParallel      int     // recordings read, enrolled or compared at once

	UploadsKeep    time.Duration // 0: uploads are not kept at all
	OrphansAfter   time.Duration // age from which a model nobody points to is removed
	UnusedAfter    time.Duration // time without an accepted check after which a model is removed
	CleanUpPerKind int           // items that one clean-up looks at, for each kind

	CORSOrigins []string // empty: no other origin may call

	MetricsNamespace string // CloudWatch's, for metrics in the log; empty for none
}

// HashCost is argon2id.Cost, without linking argon2id into functions that hash
// nothing: the one converts into the other.
type HashCost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
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

// Read reads the settings through lookup, which is os.LookupEnv but for tests.
// Those named in required must be there. Every problem is reported, each with
// the variable's name, what it should look like and how to set it.
func Read(lookup func(string) (string, bool), required ...string) (Config, error) {
	needed := make(map[string]bool, len(required))
	for _, name := range required {
		needed[name] = true
	}
	var c Config
	var problems []error
	for _, s := range settings() {
		value, _ := lookup(s.name)
		value = strings.TrimSpace(value)
		if value == "" {
			if needed[s.name] {
				problems = append(problems, fmt.Errorf("%s is not set: it is %s. Set it like this: export %s=%s", s.name, s.meaning, s.name, s.example))
			}
			value = s.fallback
		}
		if err := s.set(&c, value); err != nil {
			problems = append(problems, fmt.Errorf("%s=%q can't be used: %w. Set it like this: export %s=%s", s.name, value, err, s.name, s.example))
		}
	}
	if problems != nil {
		return Config{}, errors.Join(problems...)
	}
	return c, nil
}
