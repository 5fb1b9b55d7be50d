package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"systole/shared/fault"
)

func TestARefusalKeepsItsParametersWaitAndCause(t *testing.T) {
	bare := fault.New("code")
	if bare.Error() != "code" || bare.Params != nil || errors.Unwrap(bare) != nil {
		t.Errorf("without anything %v, %v", bare, bare.Params)
	}
	e := fault.New("code", "field", "fmr", "seconds", 4.5, "left over")
	if got := fmt.Sprint(e.Params); got != "map[field:fmr seconds:4.5]" {
		t.Errorf("parameters %s", got)
	}
	caused := e.Because(io.ErrUnexpectedEOF).After(time.Minute)
	if caused.Error() != "code: unexpected EOF" || !errors.Is(caused, io.ErrUnexpectedEOF) || caused.RetryAfter != time.Minute || fmt.Sprint(caused.Params) != fmt.Sprint(e.Params) {
		t.Errorf("with a cause %v, %+v", caused, caused)
	}
	if e.Err != nil || e.RetryAfter != 0 {
		t.Errorf("the first is changed: %+v", e)
	}
}

func TestARefusalIsKnownByItsCode(t *testing.T) {
	wrapped := fmt.Errorf("somewhere: %w", fault.New("code"))
	for err, want := range map[error]bool{wrapped: true, fault.New("another"): false, io.EOF: false, nil: false} {
		if got := fault.Is(err, "code"); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
	if fault.Is(io.EOF, "") {
		t.Error("another error has no code")
	}
}
