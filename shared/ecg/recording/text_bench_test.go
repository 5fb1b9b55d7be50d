package recording_test

import (
	"fmt"
	"testing"
	"time"

	"systole/shared/ecg/recording"
)

// BenchmarkReadText measures how many bytes a second of a ten-minute text are
// read.
func BenchmarkReadText(b *testing.B) {
	const n = 600 * 500
	for name, file := range map[string]string{
		"numbers": lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"timed":   "time_ms,ecg_mV\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%.4f", 2*i, wave(i)) }),
		"dated": "date,ecg_mV\n" + lines(n, func(i int) string {
			return start.Add(time.Duration(i)*2*time.Millisecond).Format("2006-01-02T15:04:05.000") + fmt.Sprintf(",%.4f", wave(i))
		}),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 500}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
