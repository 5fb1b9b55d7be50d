package frontend

import (
	"math"
	"testing"

	"systole/shared/ecg/quality"
)

func TestNothingButMainsHumIsNoHeart(t *testing.T) {
	for _, hz := range []float64{49.97, 50, 60, 60.02} {
		hum := make([]float64, 10000)
		for i := range hum {
			hum[i] = math.Sin(2 * math.Pi * hz * float64(i) / 500)
		}
		r := new(FrontEnd).Run(hum, 500)
		if reason := r.Report.Reason(quality.Need{Seconds: 8, CleanBeats: 4}); reason != quality.Mains {
			t.Errorf("%v Hz: %q, %+v", hz, reason, r.Report)
		}
	}
}
