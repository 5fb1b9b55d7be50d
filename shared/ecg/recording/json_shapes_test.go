package recording_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
)

// shape is a file that contains the wave of these tests.
type shape struct {
	file   string
	hints  recording.Hints
	rateHz float64
	n      int     // number of samples; jsonSamples if 0
	lead   string  // chosen lead; any if empty
	from   int     // index in the wave of the first sample
	miss   []int   // indices of missing samples
	coarse float64 // rounding in mV; 0 for the last digit
}

func objects(n int, each func(i int) string) string { return "[" + list(n, each) + "]" }

func mvs(from, n int) string {
	return list(n, func(i int) string { return fmt.Sprintf("%.4f", wave(from+i)) })
}

func spaced(from, n int) string { return strings.ReplaceAll(mvs(from, n), ",", " ") }

// several returns recordings of different lengths in an order; only that of March
// 2026 is the wave.
func several(order ...string) string {
	each := map[string]string{
		"january": `{"startTime":"2026-01-01T08:00:00.000","samplingFrequencyHz":250,"unit":"mV","waveformSamples":[` + strings.Repeat("5,4,", 1000) + `5]}`,
		"march":   `{"startTime":"2026-03-01T08:00:00.000","samplingFrequencyHz":250,"unit":"mV","waveformSamples":[` + mvs(0, jsonSamples) + `]}`,
		"other":   `{"startTime":"2025-12-31T08:00:00.000","device":"Sense","samplingFrequencyHz":250,"unit":"mV","waveformSamples":[` + strings.Repeat("2,1,", 300) + `5]}`,
	}
	var all []string
	for _, o := range order {
		all = append(all, each[o])
	}
	return `{"ecgReadings":[` + strings.Join(all, ",") + `]}`
}

func observation(at, component string) string {
	return `{"resourceType":"Observation","effectiveDateTime":"` + at + `","component":[` + component + `]}`
}

func component(code, data, more string) string {
	return `{"code":{"coding":[{"code":"` + code + `"}]},"valueSampledData":{"origin":{"value":0,"unit":"mV"},` + more + `"data":"` + data + `"}}`
}

var jsonShapes = map[string]shape{
	"newest first":              {file: several("march", "january", "other"), rateHz: 250},
	"newest last":               {file: several("other", "january", "march"), rateHz: 250},
	"newest in the middle":      {file: several("january", "march", "other"), rateHz: 250},
	"one picked by its day":     {file: strings.ReplaceAll(several("january", "march", "other"), "2026-03-01", "2024-03-01"), hints: recording.Hints{Pick: "2024-03-01"}, rateHz: 250},
	"times since 1970 in ms":    {file: strings.NewReplacer(`"2026-03-01T08:00:00.000"`, "1772352000000", `"2026-01-01T08:00:00.000"`, "1767254400000", `"2025-12-31T08:00:00.000"`, "1767168000000").Replace(several("march", "january", "other")), rateHz: 250},
	"times in an object of its": {file: strings.NewReplacer(`"startTime":"`, `"interval":{"start":"`, `.000"`, `.000"}`).Replace(several("march", "january", "other")), rateHz: 250},
	"recordings on lines":       {file: strings.NewReplacer(`{"ecgReadings":[`, "", "]}]}", "]}", "]},{", "]}\n{").Replace(several("march", "january", "other")), rateHz: 250},

	"strings":                 {file: `{"samplingRate":"250","unit":"mV","ecg":["` + strings.ReplaceAll(mvs(0, jsonSamples), ",", `","`) + `"]}`, rateHz: 250},
	"strings with commas":     {file: `{"samplingRate":"250,0","unit":"mV","ecg":["` + strings.ReplaceAll(strings.ReplaceAll(mvs(0, jsonSamples), ",", `","`), ".", ",") + `"]}`, rateHz: 250},
	"DynamoDB":                {file: `{"Item":{"user":{"S":"a"},"fs":{"N":"250"},"unit":{"S":"mV"},"ecg":{"L":[{"N":"` + strings.ReplaceAll(mvs(0, jsonSamples), ",", `"},{"N":"`) + `"}]}}}`, rateHz: 250},
	"DynamoDB, NULL":          {file: `{"Item":{"fs":{"N":"250"},"unit":{"S":"mV"},"ecg":{"L":[{"NULL":true},{"N":"` + strings.ReplaceAll(mvs(1, jsonSamples-1), ",", `"},{"N":"`) + `"}]}}}`, rateHz: 250, miss: []int{0}},
	"MongoDB":                 {file: `{"_id":{"$oid":"65a"},"recordedAt":{"$date":"2026-03-01T00:00:00Z"},"samplingRate":{"$numberInt":"250"},"unit":"mV","ecg":[{"$numberDouble":"` + strings.ReplaceAll(mvs(0, jsonSamples), ",", `"},{"$numberDouble":"`) + `"}]}`, rateHz: 250},
	"one text with commas":    {file: `{"fs":250,"unit":"mV","ecg":"` + mvs(0, jsonSamples) + `"}`, rateHz: 250},
	"one text that is a list": {file: `{"fs":250,"unit":"mV","ecg":"[` + mvs(0, jsonSamples) + `]"}`, rateHz: 250},
	"JSON in a text":          {file: `{"topic":"ecg","payload":"{\"fs\":250,\"unit\":\"mV\",\"ecg\":[` + mvs(0, jsonSamples) + `]}"}`, rateHz: 250},
	"null, NaN and words":     {file: `{"fs":250,"unit":"mV","ecg":[null,NaN,"NaN","",` + mvs(4, jsonSamples-4) + `]}`, rateHz: 250, miss: []int{0, 1, 2, 3}},
	"bare numbers":            {file: `[` + mvs(0, jsonSamples) + `]`, hints: recording.Hints{RateHz: 250}, rateHz: 250},
	"an object a line":        {file: strings.ReplaceAll(list(jsonSamples, func(i int) string { return fmt.Sprintf(`{"t_ms":%d;"ecg_mV":%.4f}`, 4*i, wave(i)) }), ",", "\n"), rateHz: 250},

	"time after, another name": {file: `{"unit":"mV","d":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf(`{"v":%.4f,"ts":%d}`, wave(i), 1772352000000+4*i) }) + `}`, rateHz: 250, lead: "v"},
	"time before, dates":       {file: `{"unit":"mV","d":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf(`{"at":"%s","v":%.4f}`, stamp(4*i), wave(i)) }) + `}`, rateHz: 250, lead: "v"},
	"a counter before":         {file: `{"fs":250,"unit":"mV","d":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf(`{"index":%d,"v":%.4f}`, i, wave(i)) }) + `}`, rateHz: 250, lead: "v"},
	"lists of time and signal": {file: `{"time":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf("%.3f", float64(i)/250) }) + `,"ecg_mV":[` + mvs(0, jsonSamples) + `]}`, rateHz: 250, lead: "ecg_mV"},
	"rows under names":         {file: `{"columns":["time","resp","ecg"],"unit":"mV","data":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf("[%.3f,%d,%.4f]", float64(i)/250, i%7, wave(i)) }) + `}`, rateHz: 250, lead: "ecg"},
	"a row of names":           {file: `[["time","ecg (mV)"],` + list(jsonSamples, func(i int) string { return fmt.Sprintf("[%.3f,%.4f]", float64(i)/250, wave(i)) }) + `]`, rateHz: 250},
	"rows of several leads":    {file: `{"fs":250,"unit":"mV","ecg":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf("[%.4f,%.4f,1]", wave(i), wave(i+40)) }) + `}`, rateHz: 250},
	"pandas, columns":          {file: `{"time":{` + list(jsonSamples, func(i int) string { return fmt.Sprintf(`"%d":%.3f`, i, float64(i)/250) }) + `},"ecg_mV":{` + list(jsonSamples, func(i int) string { return fmt.Sprintf(`"%d":%.4f`, i, wave(i)) }) + `}}`, rateHz: 250, lead: "ecg_mV"},
	"movement beside":          {file: `{"fs":250,"unit":"mV","acc":{"x":[` + strings.Repeat("5,4,", 749) + `5,4]},"ecg":{"samples":[` + mvs(0, jsonSamples) + `]}}`, rateHz: 250},
	"other measurements":       {file: `{"data":{"metrics":[{"name":"step_count","data":` + objects(300, func(i int) string { return fmt.Sprintf(`{"date":"2026-03-%02d 00:00:00 +0900","qty":%d}`, 1+i%28, i%9) }) + `}],"ecg":[{"start":"2026-03-01 08:00:00 +0900","samplingFrequency":250,"voltageMeasurements":` + objects(jsonSamples, func(i int) string { return fmt.Sprintf(`{"units":"mV","voltage":%.4f}`, wave(i)) }) + `}]}}`, rateHz: 250},

	"leads by their names": {file: `{"fs":250,"unit":"mV","leads":[{"name":"II","samples":[` + mvs(40, jsonSamples) + `]},{"name":"I","samples":[` + mvs(0, jsonSamples) + `]}]}`, rateHz: 250, lead: "I"},
	"leads as lists":       {file: `{"fs":250,"unit":"mV","ecg":[[` + mvs(0, jsonSamples) + `],[` + mvs(40, jsonSamples) + `]]}`, rateHz: 250},
	"leads as keys":        {file: `{"fs":250,"unit":"mV","leads":{"V1":[` + mvs(70, jsonSamples) + `],"II":[` + mvs(40, jsonSamples) + `],"I":[` + mvs(0, jsonSamples) + `]}}`, rateHz: 250, lead: "I"},
	"packets":              {file: `{"packets":` + objects(50, func(p int) string { return fmt.Sprintf(`{"timestamp":%d,"ecg_mV":[%s]}`, 120*p, mvs(30*p, 30)) }) + `}`, rateHz: 250},
	"packets of a second": {file: `{"unit":"mV","packets":` + objects(6, func(p int) string {
		return fmt.Sprintf(`{"timestamp":%d,"ecg":[%s]}`, 1772352000000+1000*p, mvs(250*p, 250))
	}) + `}`, rateHz: 250},
	"packets without times": {file: `{"fs":250,"unit":"mV","packets":` + objects(6, func(p int) string { return fmt.Sprintf(`{"seq":%d,"ecg":[%s]}`, p, mvs(250*p, 250)) }) + `}`, rateHz: 250},
	"a packet was lost": {file: `{"packets":` + objects(49, func(p int) string {
		q := p + p/25
		return fmt.Sprintf(`{"timestamp":%d,"ecg_mV":[%s]}`, 120*q, mvs(30*q, 30))
	}) + `}`, rateHz: 250, miss: []int{750, 760, 779}},
	"packets on lines": {file: lines(50, func(p int) string { return fmt.Sprintf(`{"timestamp":%d,"ecg_mV":[%s]}`, 120*p, mvs(30*p, 30)) }), rateHz: 250},

	"a quantity":        {file: `{"samplingRate":{"value":0.25,"unit":"kHz"},"unit":"mV","ecg":[` + mvs(0, jsonSamples) + `]}`, rateHz: 250},
	"units as keys":     {file: `{"samplingRate":{"Hz":250},"unit":{"mV":1},"ecg":[` + mvs(0, jsonSamples) + `]}`, rateHz: 250},
	"an interval":       {file: `{"sampleInterval":4,"sampleIntervalUnit":"ms","unit":"mV","ecg":[` + mvs(0, jsonSamples) + `]}`, rateHz: 250},
	"a duration":        {file: `{"sampleInterval":"0.004s","unit":"mV","ecg":[` + mvs(0, jsonSamples) + `]}`, rateHz: 250},
	"a unit in the key": {file: `{"sample_rate_hz":250,"ecg_uV":` + objects(jsonSamples, func(i int) string { return fmt.Sprint(uv(i)) }) + `}`, rateHz: 250},

	"FHIR R4":          {file: observation("2026-03-01", component("131330", spaced(40, jsonSamples), `"period":4,`)+","+component("131329", spaced(0, jsonSamples), `"period":4,`)), rateHz: 250, lead: "I"},
	"FHIR R5":          {file: observation("2026-03-01", component("131329", spaced(0, jsonSamples), `"interval":0.004,"intervalUnit":"s","dimensions":1,`)), rateHz: 250, lead: "I"},
	"FHIR R5, ms":      {file: observation("2026-03-01", component("131329", spaced(0, jsonSamples), `"interval":4,"intervalUnit":"ms","dimensions":1,`)), rateHz: 250, lead: "I"},
	"FHIR, E U L":      {file: observation("2026-03-01", component("131329", "E U L "+spaced(3, jsonSamples-3), `"period":4,`)), rateHz: 250, miss: []int{0, 1, 2}},
	"FHIR, a bundle":   {file: `{"resourceType":"Bundle","entry":[{"resource":` + observation("2026-03-01T10:00:00Z", component("131329", spaced(0, jsonSamples), `"period":4,`)) + `},{"resource":` + observation("2026-02-01T10:00:00Z", component("131329", spaced(300, 700), `"period":2,`)) + `}]}`, rateHz: 250, lead: "I"},
	"FHIR, interlaced": {file: observation("2026-03-01", component("131329", strings.ReplaceAll(list(jsonSamples, func(i int) string { return fmt.Sprintf("%.4f 0.%d", wave(i), i%9) }), ",", " "), `"period":4,"dimensions":2,`)), rateHz: 250},
}

// stamp returns the time ms milliseconds after eight o'clock on the first of
// March.
func stamp(ms int) string {
	return time.Date(2026, 3, 1, 8, 0, 0, ms*int(time.Millisecond), time.UTC).Format("2006-01-02T15:04:05.000Z")
}

func TestJSONOfEveryShapeGivesTheSameSignal(t *testing.T) {
	for name, tt := range jsonShapes {
		t.Run(name, func(t *testing.T) {
			tt.check(t)
		})
	}
}

func (s shape) check(t *testing.T) {
	t.Helper()
	r, err := recording.ReadBytes([]byte(strings.ReplaceAll(s.file, ";", ",")), s.hints)
	if err != nil {
		t.Fatal(err)
	}
	n := jsonSamples
	if s.n > 0 {
		n = s.n
	}
	mv := r.Chosen().MV
	if math.Abs(r.RateHz/s.rateHz-1) > 0.002 || len(mv) != n || s.lead != "" && r.Chosen().Name != s.lead {
		t.Fatalf("%v Hz, %d samples of %q, notes %s", r.RateHz, len(mv), r.Chosen().Name, codes(r))
	}
	missing := map[int]bool{}
	for _, i := range s.miss {
		missing[i] = true
		if !math.IsNaN(mv[i]) {
			t.Fatalf("sample %d is %v, and is missing in the file", i, mv[i])
		}
	}
	for i, x := range mv {
		if math.Abs(x-wave(s.from+i)) > max(s.coarse, 0.0011) {
			t.Fatalf("sample %d is %v mV, want %v", i, x, wave(s.from+i))
		}
	}
}
