package main

import (
	"testing"

	"systole/tests/support/long"
)

func TestNoExportIsReadWronglyHoweverItIsWritten(t *testing.T) {
	for name, draw := range kinds {
		t.Run(name, func(t *testing.T) {
			n := long.Runs(60, 300)
			outcomes, err := Try(draw, n, 1)
			if err != nil {
				t.Fatal(err)
			}
			read, told := 0, 0
			for _, o := range outcomes {
				if o.Wrong != "" {
					t.Errorf("read wrong: %s: %s", o.Wrong, o.Export.How)
				}
				if o.Refused == "" {
					read++
				}
				if o.Export.RateTold {
					told++
					if o.Refused != "" {
						t.Errorf("refused though it tells everything: %s: %s", o.Detail, o.Export.How)
					}
				}
			}
			if read < n*8/10 || told == n {
				t.Errorf("%d of %d read, %d of them tell their rate", read, n, told)
			}
		})
	}
}
