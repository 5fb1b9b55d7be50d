// Package lambda is the start of every function's main: its environment, read
// once and passed on as a value.
package lambda

import (
	"errors"
	"fmt"
	"os"
	"slices"

	"systole/shared/config"
)

// Environment holds the values that a function is started with. The zero value is
// no environment: see [Read].
type Environment struct {
	// Config is every setting; one that can't be used has its default.
	Config config.Config

	lookup   func(string) (string, bool)
	problems []error
}

// Read reads the environment through lookup, which is os.LookupEnv but for
// tests. Problems are collected: see [Environment.Err].
func Read(lookup func(string) (string, bool)) *Environment {
	settings, err := config.Read(lookup)
	e := &Environment{Config: settings, lookup: lookup}
	e.Fail(err)
	return e
}

// Need notes a problem for each variable that isn't set. The constructor that
// uses a variable asks for it, so that the variables that a function requires
// are those of the parts that it is made of.
func (e *Environment) Need(names ...string) { e.Fail(config.Require(e.lookup, names...)) }

// Getenv returns the value of a variable, "" when it isn't set.
func (e *Environment) Getenv(name string) string {
	value, _ := e.lookup(name)
	return value
}

// Fail notes a problem; nil and a problem that was noted before are left out.
func (e *Environment) Fail(err error) {
	known := func(p error) bool { return p.Error() == err.Error() }
	if err != nil && !slices.ContainsFunc(e.problems, known) {
		e.problems = append(e.problems, err)
	}
}

// Err returns all problems of the environment in one error, so that one
// deployment shows all of them.
func (e *Environment) Err() error { return errors.Join(e.problems...) }

// Main runs a function in the process's environment and ends the process with
// its error, if any.
func Main(run func(*Environment) error) {
	if err := run(Read(os.LookupEnv)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
