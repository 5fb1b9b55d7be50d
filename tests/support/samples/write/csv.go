package write

import (
	"fmt"
	"strings"
)

// CSV writes a column of times in seconds and one of mV.
func CSV(s Signal) []byte {
	var b strings.Builder
	b.WriteString("time_s,ecg_mV\n")
	for i, mv := range s.MV {
		fmt.Fprintf(&b, "%.3f,%.3f\n", float64(i)/s.RateHz, mv)
	}
	return []byte(b.String())
}
