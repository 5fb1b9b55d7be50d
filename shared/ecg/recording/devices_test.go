package recording_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"systole/shared/ecg/recording"
	"systole/tests/support/samples/write"
)

// TestExportsOfDevicesAreRead reads exports with the header and the first columns
// that owners of the devices show in reports and scripts, and a signal of our
// own.
func TestExportsOfDevicesAreRead(t *testing.T) {
	const n, rateHz = 1000, 250
	began := time.Date(2013, 12, 30, 14, 31, 45, 0, time.UTC)
	at := func(i int, layout string) string {
		return began.Add(time.Duration(i) * time.Second / rateHz).Format(layout)
	}
	for name, file := range map[string]string{
		"Zephyr BioHarness": "Time,EcgWaveform\n" + lines(n, func(i int) string {
			return fmt.Sprintf("%s,%.3f", at(i, "02/01/2006 15:04:05.000"), wave(i))
		}),
		"a logger with date and time apart": "Date,Time,ECG (mV)\n" + lines(n, func(i int) string {
			return fmt.Sprintf("%s,%s,%.4f", at(i, "2006-01-02"), at(i, "15:04:05.000"), wave(i))
		}),
		"BIDMC of PhysioNet": "Time [s], RESP, PLETH, V, AVR, II\n" + lines(n, func(i int) string {
			return fmt.Sprintf("%.3f,0.2,0.4,%.4f,%.4f,%.4f", float64(i)/rateHz, wave(i), -wave(i), 2*wave(i))
		}),
		"a record of PhysioNet on Kaggle": "'sample #','MLII','V5'\n" + lines(n, func(i int) string {
			return fmt.Sprintf("%d,%.4f,%.4f", i, wave(i), -wave(i))
		}),
		"Emfit, Kubios, and others with a rate on top": "Sampling frequency: 250 Hz\nECG [mV]\n" + lines(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }),
		"AD8232 beside a pulse oximeter":               "millis,ir,red,ecg_mV\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%d,%d,%.4f", 4*i, 50000+i%90, 40000+i%80, wave(i)) }),
		"Movesense's and Polar's loggers":              "timestamp;ecg [uV]\n" + lines(n, func(i int) string { return fmt.Sprintf("%d;%.1f", 1700000000000+4*i, 1000*wave(i)) }),
		"a Holter's PC program, in Russian":            "Время, с;ЭКГ I, мВ\r\n" + lines(n, func(i int) string { return fmt.Sprintf("%d,%03d;%s", i/250, i%250*4, comma(wave(i))) }),
	} {
		t.Run(name, func(t *testing.T) {
			r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: rateHz})
			if err != nil {
				t.Fatal(err)
			}
			got := r.Chosen()
			if math.Abs(r.RateHz-rateHz) > 0.05 || len(got.MV) != n {
				t.Fatalf("%d samples at %v Hz", len(got.MV), r.RateHz)
			}
			for i := range got.MV {
				if math.Abs(got.MV[i]-wave(i)) > 1e-3 {
					t.Fatalf("%q: sample %d is %v mV, want %v", got.Name, i, got.MV[i], wave(i))
				}
			}
		})
	}
}

// comma returns a number with a decimal comma.
func comma(x float64) string {
	s := []byte(fmt.Sprintf("%.4f", x))
	for i, c := range s {
		if c == '.' {
			s[i] = ','
		}
	}
	return string(s)
}

// Bittium's Faros has these channel names.
func TestAFarosEDFIsReadByItsECG(t *testing.T) {
	s := fine(8)
	file := edit(edit(write.EDF("EDF+C", nil, s), 256, "Accelerometer_X "), 256+16, "ECG_X           ")
	r, err := recording.ReadBytes(file, recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Chosen().Name != "ECG_X" {
		t.Errorf("lead is %q", r.Chosen().Name)
	}
	equal(t, "Faros", r.Chosen().MV, s.MV)
}
