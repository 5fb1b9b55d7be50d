package recording_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"systole/shared/ecg/recording"
)

// The columns are those of Consensys and of the logger in Shimmer's Java library.
func TestShimmersExportsAreReadByLeadI(t *testing.T) {
	const n = 1024
	began := time.Date(2024, 3, 5, 23, 59, 58, 0, time.UTC)
	row := func(i int) (ms float64, at string) {
		ms = float64(i) * 1000 / 512
		return ms, began.Add(time.Duration(ms * float64(time.Millisecond))).Format("2006/01/02 15:04:05.000")
	}
	for name, file := range map[string]string{
		"calibrated, with dates": "sep=,\nShimmer_B64E_Timestamp_FormattedUnix_CAL,Shimmer_B64E_ECG_LL-RA_24BIT_CAL,Shimmer_B64E_ECG_RESP_24BIT_CAL,Shimmer_B64E_ECG_LA-RA_24BIT_CAL,Shimmer_B64E_ECG_Vx-RL_24BIT_CAL,\nyyyy/mm/dd hh:mm:ss.000,mV,mV,mV,mV,\n" +
			lines(n, func(i int) string { _, at := row(i); return fmt.Sprintf("%s,%.4f,0.5,%.4f,9,", at, -wave(i), wave(i)) }),
		"calibrated, with milliseconds": "\"sep=\t\"\nShimmer_86A5_Timestamp_Unix_CAL\tShimmer_86A5_ECG_EMG_Status1_CAL\tShimmer_86A5_ECG_LL-RA_24BIT_CAL\tShimmer_86A5_ECG_LA-RA_24BIT_CAL\t\nms\tno_units\tmVolts\tmVolts\t\n" +
			lines(n, func(i int) string {
				ms, _ := row(i)
				return fmt.Sprintf("%.2f\t128\t%.4f\t%.4f\t", 1.7e12+ms, -wave(i), wave(i))
			}),
		"raw beside calibrated": "Shimmer_9A\tShimmer_9A\tShimmer_9A\tShimmer_9A\tShimmer_9A\nTimestamp\tTimestamp\tECG_LL-RA_24BIT\tECG_LA-RA_24BIT\tECG_LA-RA_24BIT\nRAW\tCAL\tCAL\tRAW\tCAL\nno units\tms\tmV\tno units\tmV\n" +
			lines(n, func(i int) string {
				ms, _ := row(i)
				return fmt.Sprintf("%d\t%.3f\t%.4f\t%d\t%.4f", 64*i%65536, ms, -wave(i), int(20000*wave(i)), wave(i))
			}),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes([]byte(file), recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Chosen()
			if math.Abs(r.RateHz/512-1) > 0.002 || len(got.MV) < n-1 {
				t.Fatalf("%s: %d samples at %v Hz, want %d at 512; notes %s", got.Name, len(got.MV), r.RateHz, n, codes(r))
			}
			for i := range got.MV {
				if math.Abs(got.MV[i]-wave(i)) > 1e-3 {
					t.Fatalf("%s: sample %d is %v mV, want %v", got.Name, i, got.MV[i], wave(i))
				}
			}
		})
	}
}
