// Package fault is the one error type that leaves the domain: a stable code for
// programs, parameters for the sentence that a person reads, and, for the log
// only, the cause.
//
// The HTTP status and the sentences for each code are listed in one place,
// shared/api/words.go. Any other error is an internal one.
package fault

import (
	"errors"
	"fmt"
	"time"
)

// Code is a stable word in snake_case. Clients branch on it; its meaning never
// changes.
type Code string

// Error is a refusal that is answered to the caller.
type Error struct {
	Code Code
	// Params fill the sentence and are sent beside it, such as
	// "seconds_missing": 4.5. They never hold a secret or a score.
	Params map[string]any
	// RetryAfter, unless it is zero, is the time to wait before the next try.
	RetryAfter time.Duration
	// Err is the cause. It is logged and never sent.
	Err error
}

// New returns a refusal with the parameters given as name, value pairs.
func New(code Code, params ...any) *Error {
	e := &Error{Code: code}
	for i := 0; i+1 < len(params); i += 2 {
		if e.Params == nil {
			e.Params = make(map[string]any, len(params)/2)
		}
		e.Params[fmt.Sprint(params[i])] = params[i+1]
	}
	return e
}

// Because returns a copy of e that carries its cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// After returns a copy of e that asks the caller to wait for d.
func (e *Error) After(d time.Duration) *Error {
	c := *e
	c.RetryAfter = d
	return &c
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Code, e.Err)
	}
	return string(e.Code)
}

func (e *Error) Unwrap() error { return e.Err }

// Is reports whether err is a refusal with the code.
func Is(err error, code Code) bool {
	var e *Error
	return errors.As(err, &e) && e.Code == code
}
