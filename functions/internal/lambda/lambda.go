// Package lambda starts every function's main: it reads the environment once and
// passes it on as a value.
package lambda

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"systole/shared/config"
)

// Environment holds the environment of a function. The zero value is unusable:
// see [Read].
type Environment struct {
	// Config holds every setting; one that can't be used has its default.
	Config config.Config

	lookup   func(string) (string, bool)
	problems []error
}

// Read reads the environment through lookup, which is os.LookupEnv except in
// tests. Problems are collected: see [Environment.Err].
func Read(lookup func(string) (string, bool)) *Environment {
	settings, err := config.Read(lookup)
	e := &Environment{Config: settings, lookup: lookup}
	e.Fail(err)
	return e
}

// Need adds a problem for each variable that isn't set. Constructors ask for the
// variables that they use, so that a function requires exactly the variables of
// its parts.
func (e *Environment) Need(names ...string) { e.Fail(config.Require(e.lookup, names...)) }

// Getenv returns the value of a variable, "" if it isn't set.
func (e *Environment) Getenv(name string) string {
	value, _ := e.lookup(name)
	return value
}

// Fail adds a problem, unless it is nil or a repetition.
func (e *Environment) Fail(err error) {
	known := func(p error) bool { return p.Error() == err.Error() }
	if err != nil && !slices.ContainsFunc(e.problems, known) {
		e.problems = append(e.problems, err)
	}
}

// Err returns all problems of the environment in one error, so that one
// deployment shows them all.
func (e *Environment) Err() error { return errors.Join(e.problems...) }

// Main runs a function with the process's environment, and exits with its error,
// if any.
func Main(run func(*Environment) error) {
	if err := run(Read(os.LookupEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
