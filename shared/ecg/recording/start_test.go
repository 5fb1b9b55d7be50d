package recording_test

import (
	"fmt"
	"testing"

	"systole/shared/ecg/recording"
)

func TestSamplesBeforeTheFirstOfAPersonAreDropped(t *testing.T) {
	for _, c := range []struct {
		name           string
		dead, other, n int // samples without a signal in each of two leads, and of all samples
		want           int
	}{
		{"2,048 in both leads", 2048, 2048, 5000, 2952},
		{"half a second", 125, 130, 1000, 875},
		{"less", 124, 500, 1000, 1000},
		{"another lead lives", 500, 0, 1000, 1000},
		{"nothing lives", 1000, 1000, 1000, 1000},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := lines(c.n, func(i int) string {
				a, b := -1.0, -1.0
				if i >= c.dead {
					a = wave(i) + 2
				}
				if i >= c.other {
					b = wave(i) + 3
				}
				return fmt.Sprintf("%v,%v", a, b)
			})
			r, err := recording.ReadBytes([]byte("a_mV,b_mV\n"+file), recording.Hints{RateHz: 250})
			if err != nil {
				t.Fatal(err)
			}
			if n := len(r.Chosen().MV); n != c.want || len(r.Leads[1].MV) != n {
				t.Errorf("%d samples, want %d", n, c.want)
			}
		})
	}
}
