package main

import (
	"testing"

	"systole/tests/support/long"
)

func TestNoTableIsReadWronglyHoweverItIsWritten(t *testing.T) {
	n := long.Runs(600, 6000)
	outcomes, err := Try(n, 2)
	if err != nil {
		t.Fatal(err)
	}
	right, told := 0, 0
	for _, o := range outcomes {
		if o.Wrong != "" {
			t.Errorf("read wrong: %s: %v", o.Wrong, o.Writing)
		}
		if o.Refused == "" {
			right++
		}
		if o.Writing.RateTold() {
			told++
			if o.Refused != "" {
				t.Errorf("refused though it tells everything: %s: %v", o.Detail, o.Writing)
			}
		}
	}
	if right < n*9/10 || told == n {
		t.Errorf("%d of %d tables read, %d of them tell their rate", right, n, told)
	}
}
