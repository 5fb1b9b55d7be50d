package raw

import (
	"math"
	"testing"
)

func TestALineStatesItsRateInAnyWords(t *testing.T) {
	for line, want := range map[string]float64{
		"Sample Rate,512.844 hertz":         512.844,
		"Messrate,\"512,844\u00a0Hertz\"":   512.844,
		"# Sampling Rate (Hz):= 1000.00":    1000,
		"# fs = 250":                        250,
		"# unit: mV, fs: 250":               250,
		"%Sample Rate = 250 Hz":             250,
		"4 msec/sample":                     250,
		"0.5 msec/sample":                   2000,
		"2 ms per sample":                   500,
		"250 samples per second":            250,
		"ECG recorded at 1 kHz":             1000,
		"Sampling rate 1,000 Hz":            1000,
		"SAMPLING_FREQUENCY\t360":           360,
		"sample-interval (ms);4":            250,
		"Sample Interval = 0.002 s":         500,
		"dt: 0.004":                         250,
		"Rate (Hz),500":                     500,
		"Abtastrate: 300 Hz":                300,
		"Abtastintervall [ms]: 2":           500,
		"Fréquence d’échantillonnage,513Hz": 513,
		"Frecuencia de muestreo = 125 Hz":   125,
		"Taxa de amostragem: 200":           200,
		"Częstotliwość próbkowania: 250 Hz": 250,
		"Частота дискретизации: 250 Гц":     250,
		"샘플링 속도: 250":                       250,
		"샘플률,512 헤르츠":                       512,
		"サンプリング周波数：250":                     250,
		"サンプリング周波数: 250 Hz":                 250,
		"采样率: 250":                          250,
		`"sampling rate": 1000, "mode": 0`:  1000,
		// Numbers of other things.
		"Filter: 0.5 - 150 Hz":    0,
		"low pass 150 Hz":         0,
		"mains frequency: 50 Hz":  0,
		"Heart rate: 120":         0,
		"Rate: 72":                0,
		"rate: 120 bpm":           0,
		"QT interval: 400 ms":     0,
		"Date of Birth,1952":      0,
		"time,ecg":                0,
		"Sample rate: -5 Hz":      0,
		"Sample rate: 1000000 Hz": 0,
		"Duration: 30 s":          0,
		"":                        0,
	} {
		hz, _, ok := RateIn(line)
		if math.Abs(hz-want) > 1e-9*want || ok != (want > 0) {
			t.Errorf("%q states %v Hz, %v, want %v", line, hz, ok, want)
		}
	}
}

func TestANumberUnderANameIsARate(t *testing.T) {
	for _, c := range []struct {
		name  string
		value float64
		want  float64
	}{
		{"fs", 250, 250}, {"Fs", 250, 250}, {"sampling_freq", 250, 250}, {"samplingFrequencyHertz", 250, 250}, {"sample_rate_hz", 250, 250},
		{"samplingRateHz", 250, 250}, {"samplingratehz", 250, 250}, {"sampleRateInHz", 250, 250}, {"sample_rate_khz", 0.25, 250}, {"ecgSamplingRate", 250, 250},
		{"sampleInterval", 0.004, 250}, {"sample_interval_ms", 4, 250}, {"sampleIntervalUs", 4000, 250}, {"samplingPeriod", 4, 250}, {"averageSamplingFrequency", 511.9, 511.9},
		{"frequency", 300, 300}, {"rate", 130, 130}, {"sfreq", 1000, 1000}, {"ECG Sample Rate", 128, 128},
		{"heartRate", 250, 0}, {"mainsFrequency", 250, 0}, {"rate", 72, 0}, {"resolution", 250, 0}, {"samples", 250, 0}, {"fs", -1, 0}, {"fs", math.NaN(), 0}, {"rrInterval", 0.8, 0},
	} {
		hz, ok := RateNamed(c.name, c.value)
		if ok != (c.want > 0) || ok && math.Abs(hz-c.want) > 1e-9 {
			t.Errorf("%s = %v is %v Hz, %v, want %v", c.name, c.value, hz, ok, c.want)
		}
	}
}

func FuzzRateIn(f *testing.F) {
	f.Add("Sampling rate,512,8 hertz")
	f.Add("4 msec/sample")
	f.Fuzz(func(t *testing.T, line string) {
		if hz, _, ok := RateIn(line); ok && !PlausibleRate(hz) {
			t.Errorf("%v Hz", hz)
		}
	})
}
