package recording_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

// list joins n samples' texts with commas.
func list(n int, each func(i int) string) string {
	var all []string
	for i := range n {
		all = append(all, each(i))
	}
	return strings.Join(all, ",")
}

func uv(i int) int { return int(math.Round(1000 * wave(i))) }

const jsonSamples = 1500

var jsonFiles = map[string]struct {
	rateHz float64
	file   string
}{
	"Health Auto Export": {512, `{"data":{"ecg":[{"start":"2026-01-02 03:04:05 +0900","averageHeartRate":62,"samplingFrequency":512,"numberOfVoltageMeasurements":1500,
		"voltageMeasurements":[` + list(jsonSamples, func(i int) string {
		return fmt.Sprintf(`{"date":%.6f,"voltage":%d,"units":"mcV"}`, 790000000+float64(i)/512, uv(i))
	}) + `]}]}}`},
	"react-native-health": {250, `{"voltage":[` + list(jsonSamples, func(i int) string {
		return fmt.Sprintf(`[%.4f,%.7f]`, float64(i)/250, wave(i)/1000)
	}) + `]}`},
	"Kardia": {300, `{"recordedAt":"2026-01-02T03:04:05Z","patient":{"name":"Erika Mustermann"},"data":{"raw":{"frequency":300,"mainsFrequency":50,"gain":1,"amplitudeResolution":500,
		"samples":{"leadI":[` + list(jsonSamples, func(i int) string { return fmt.Sprint(2 * uv(i)) }) + `]}}}}`},
	"Withings": {300, `{"status":0,"body":{"signal":[` + list(jsonSamples, func(i int) string { return fmt.Sprint(uv(i)) }) +
		`],"sampling_frequency":300,"wearposition":1}}`},
	"Fitbit": {250, `{"ecgReadings":[{"startTime":"2026-01-01T00:00:00.000","waveformSamples":[` + list(jsonSamples, func(int) string { return "0" }) +
		`],"samplingFrequencyHz":"250","scalingFactor":10922},{"startTime":"2026-01-02T00:00:00.000","samplingFrequencyHz":250,"scalingFactor":10922,"waveformSamples":[` +
		list(jsonSamples, func(i int) string { return fmt.Sprint(int(math.Round(10922 * wave(i)))) }) + `]}]}`},
	"Google Health": {250, `{"ecg":{"waveform_samples":[` + list(jsonSamples, func(i int) string { return fmt.Sprint(uv(i)) }) +
		`],"sampling_frequency_hertz":250,"millivolts_scaling_factor":0.001}}`},
	"Movesense": {200, `{"data":[` + list(jsonSamples/15, func(p int) string {
		return fmt.Sprintf(`{"ecg":{"Timestamp":%d,"Samples":[%s]}}`, 75*p, list(15, func(i int) string { return fmt.Sprint(uv(15*p + i)) }))
	}) + `]}`},
	"FHIR": {500, `{"resourceType":"Observation","subject":{"display":"Erika Mustermann"},"component":[{"valueSampledData":{"origin":{"value":0,"unit":"mV"},"period":2,
		"factor":0.001,"dimensions":1,"data":"` + strings.ReplaceAll(list(jsonSamples, func(i int) string { return fmt.Sprint(uv(i)) }), ",", " ") + `"}}]}`},
}

func TestJSONOfEveryAppGivesTheSameSignal(t *testing.T) {
	for name, tt := range jsonFiles {
		t.Run(name, func(t *testing.T) {
			if !json.Valid([]byte(tt.file)) {
				t.Fatal("the test's file is no JSON")
			}
			r, err := recording.ReadBytes([]byte(tt.file), recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			mv := r.Chosen().MV
			if math.Abs(r.RateHz/tt.rateHz-1) > 0.01 || len(mv) != jsonSamples {
				t.Fatalf("%v Hz, %d samples", r.RateHz, len(mv))
			}
			for i, x := range mv {
				if math.Abs(x-wave(i)) > 0.001 {
					t.Fatalf("sample %d is %v mV, want %v", i, x, wave(i))
				}
			}
			if strings.Contains(fmt.Sprintf("%+v", r.Notes)+r.Device, "Erika") {
				t.Error("the recording tells a name")
			}
		})
	}
}

func TestBrokenJSONSaysWhatIsWrong(t *testing.T) {
	whole := jsonFiles["Withings"].file
	for name, tt := range map[string]struct{ file, detail string }{
		"cut off":         {whole[:len(whole)/2], "ends, or breaks, near byte"},
		"something after": {whole + "}", "more behind"},
		"too deep":        {strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40), "levels"},
		"no samples":      {`{"ecg":{"result":"sinus rhythm"}}`, "no list of"},
		"many places":     {"{" + list(5000, func(i int) string { return fmt.Sprintf(`"k%d":%d`, i, i) }) + "}", "places"},
	} {
		_, err := recording.ReadBytes([]byte(tt.file), recording.Hints{RateHz: 500})
		var refused *recording.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Detail, tt.detail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzJSON(f *testing.F) {
	for _, tt := range jsonFiles {
		f.Add([]byte(tt.file[:min(len(tt.file), 4000)]))
	}
	f.Add([]byte(`[[1,2],[3,4]]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := recording.ReadBytes(data, recording.Hints{RateHz: 500}); err == nil && len(r.Chosen().MV) > len(data) {
			t.Errorf("%d samples of %d bytes", len(r.Chosen().MV), len(data))
		}
	})
}
