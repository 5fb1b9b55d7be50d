package lepu

import (
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording/internal/raw"
)

// device writes samples as a device does: the first one whole, then differences.
func device(samples []int) []byte {
	b := []byte{version, 0xe5, 0x07, 9, 30, 11, 40, 59, 0, 0}
	last := 0
	for i, x := range samples {
		switch d := x - last; {
		case i == 0 || d > 127+255 || d < -127-255:
			b = append(b, whole, byte(x), byte(x>>8))
		case d >= 127:
			b = append(b, above, byte(d-127))
		case d <= -127:
			b = append(b, below, byte(-d-127))
		default:
			b = append(b, byte(d))
		}
		last = x
	}
	end := binary.LittleEndian.AppendUint32(nil, uint32(len(samples)/rateHz))
	return append(append(b, append(end, make([]byte, 12)...)...), 0x38, 0x04, 0x5a, 0xa5)
}

func options(t testing.TB, size int) raw.Options {
	return raw.Options{Budget: raw.NewBudget(t.Context(), size)}
}

func TestADevicesFileHoldsItsSamplesWhateverTheirDifferences(t *testing.T) {
	samples := make([]int, 10*rateHz)
	for i := range samples {
		samples[i] = int(300 * math.Sin(float64(i)/5))
		if i%100 < 3 { // QRS complexes, with jumps that no byte holds
			samples[i] += 250 * (i % 100)
		}
	}
	copy(samples[200:], []int{0, 126, 253, 380, 507, 889, 506, 124, -3, -130, -257, -30000, 30000, off})
	file := device(samples)
	if !Is(file) {
		t.Fatal("not known")
	}
	r, err := Read(file, options(t, len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if r.RateHz != 125 || !r.Start.Equal(time.Date(2021, 9, 30, 11, 40, 59, 0, time.UTC)) || len(r.Leads[0].MV) != len(samples) || r.Left != 0 {
		t.Errorf("%v Hz from %v, %d samples, %d left", r.RateHz, r.Start, len(r.Leads[0].MV), r.Left)
	}
	for i, x := range samples {
		if got := r.Leads[0].MV[i]; (x == off) != math.IsNaN(got) || math.Abs(got*405.3-float64(x)) > math.Abs(float64(x))/1000+1e-9 {
			t.Fatalf("sample %d is %v mV, want %v of 405.3", i, got, x)
		}
	}
}

func TestADevicesFileIsReadAsFarAsItIsUsed(t *testing.T) {
	file := device(make([]int, 1000*rateHz))
	r, err := Read(file, options(t, len(file)))
	if err != nil || len(r.Leads[0].MV) != raw.MaxSeconds*rateHz || r.Left != (1000-raw.MaxSeconds)*rateHz {
		t.Fatalf("%d samples, %d left, %v", len(r.Leads[0].MV), r.Left, err)
	}
}

func TestOneLeadAsTextStatesItsRateAndGain(t *testing.T) {
	var b strings.Builder
	b.WriteString("F-0-01,250,II,405.5")
	for i := range 3000 {
		fmt.Fprintf(&b, ",%d", i%811)
	}
	for _, end := range []string{"", ",", ",\n"} {
		file := []byte(b.String() + end)
		r, err := ReadText(file, options(t, len(file)))
		if !IsText(file) || err != nil {
			t.Fatal(err)
		}
		if r.RateHz != 250 || r.Leads[0].Name != "II" || len(r.Leads[0].MV) != 3000 || math.Abs(r.Leads[0].MV[405]-405/405.5) > 1e-9 {
			t.Errorf("%v Hz, lead %q of %d", r.RateHz, r.Leads[0].Name, len(r.Leads[0].MV))
		}
	}
	if _, err := ReadText([]byte("F-0-01,250,II,405,1,2,x,4"), options(t, 100)); err == nil || !strings.Contains(err.Error(), "column 7 is no number") {
		t.Errorf("a word among the samples: %v", err)
	}
}

func TestOtherTextsArentLepus(t *testing.T) {
	for _, file := range []string{"F-0-01,5,II,405,1,2", "F-0-01,250,PPG,405,1,2", "F-0-01,250,II,0,1,2", "F-16,250\n1,2", "F-0-01,250", "250,II,405,1"} {
		if IsText([]byte(file)) {
			t.Errorf("%q", file)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(device([]int{0, 127, -500, 20000}))
	f.Add([]byte("F-0-01,125,I,405,1,2,3"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if Is(data) {
			Read(data, options(t, len(data)))
		}
		if IsText(data) {
			ReadText(data, options(t, len(data)))
		}
	})
}
