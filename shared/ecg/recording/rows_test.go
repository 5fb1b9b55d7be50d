package recording_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

// inRow returns a row of n values.
func inRow(n int, value func(i int) string) string {
	fields := make([]string, n)
	for i := range fields {
		fields[i] = value(i)
	}
	return strings.Join(fields, ",")
}

func TestLeadsInRowsAreRead(t *testing.T) {
	const n = 1000
	i := inRow(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) })
	ii := inRow(n, func(i int) string { return fmt.Sprintf("%.4f", 2*wave(i)) })
	times := inRow(n, func(i int) string { return fmt.Sprintf("%.3f", float64(i)/250) })
	counter := inRow(n, func(i int) string { return fmt.Sprint(i) })
	for name, file := range map[string]string{
		"alone":                           i + "\n",
		"two without names":               i + "\n" + ii + "\n",
		"two with names":                  "I," + i + "\nII," + ii + "\n",
		"the first behind the second":     "II," + ii + "\nI," + i,
		"below their times":               "time (s)," + times + "\nI," + i + "\nII," + ii + "\n",
		"as pandas writes them":           "," + counter + "\nI," + i + "\nII," + ii + "\n",
		"behind a comment":                "# fs = 250\n\nI," + i + "\nII," + ii + "\n",
		"a comment and blanks in between": "I," + i + "\r\n\r\n# the second\r\nII," + ii + "\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 250})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Chosen().MV
			if math.Abs(r.RateHz-250) > 0.01 || len(got) != n {
				t.Fatalf("%d samples at %v Hz, want %d at 250", len(got), r.RateHz, n)
			}
			for i, x := range got {
				if math.Abs(x-wave(i)) > 1e-9 {
					t.Fatalf("sample %d is %v mV, want %v", i, x, wave(i))
				}
			}
		})
	}
}

func TestRowsThatAreNoLeadsAreRefused(t *testing.T) {
	row := inRow(187, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) })
	for name, file := range map[string]string{
		"a beat a row":             strings.Repeat(row+"\n", 100),
		"rows of different length": row + "\n" + row + ",1\n",
		"words in a row":           row + "\n" + strings.Replace(row, ",", ",what,", 1)[:len(row)] + "\n",
	} {
		if r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 250}); err == nil {
			t.Errorf("%s: read as %d leads of %d", name, len(r.Leads), len(r.Chosen().MV))
		}
	}
}
