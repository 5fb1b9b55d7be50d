package fault_test

import (
	"errors"
	"fmt"
	"time"

	"systole/shared/fault"
)

// A refusal has a stable word for programs, numbers for the sentence that people
// read, and a cause for the log alone.
func ExampleNew() {
	err := fault.New(fault.TooManyChecks, "seconds", 30).After(30 * time.Second).Because(errors.New("fifth failure in a row"))
	fmt.Println(err.Code, err.Params["seconds"], err.RetryAfter)
	fmt.Println(fault.Is(err, fault.TooManyChecks))
	// Output:
	// too_many_checks 30 30s
	// true
}
