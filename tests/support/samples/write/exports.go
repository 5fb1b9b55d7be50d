package write

import (
	"encoding/json"
	"fmt"
	"strings"
)

// must encodes a value of numbers and words only.
func must(v any) []byte {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return b
}

type object = map[string]any

// HealthKit writes as apps do that export the data of Apple's Health app.
func HealthKit(s Signal) []byte {
	s = s.at(appleRateHz)
	var all []object
	for i, uv := range s.counts(1000) {
		all = append(all, object{"date": 790000000 + float64(i)/appleRateHz, "voltage": uv, "units": "mcV"})
	}
	return must(object{"data": object{"ecg": []object{{"start": s.Start, "samplingFrequency": appleRateHz, "voltageMeasurements": all}}}})
}

// KardiaJSON writes as Kardia's service does.
func KardiaJSON(s Signal) []byte {
	s = s.at(300)
	return must(object{"recordedAt": s.Start, "data": object{"raw": object{
		"frequency": 300, "mainsFrequency": 50, "gain": 1, "amplitudeResolution": 500, "samples": object{"leadI": s.counts(2000)},
	}}})
}

// Withings writes as its service does.
func Withings(s Signal) []byte {
	return must(object{"status": 0, "body": object{"signal": s.at(300).counts(1000), "sampling_frequency": 300, "wearposition": 1}})
}

// Fitbit writes as its service does.
func Fitbit(s Signal) []byte {
	s = s.at(250)
	return must(object{"ecgReadings": []object{{
		"startTime": s.Start, "waveformSamples": s.counts(10922), "samplingFrequencyHz": 250, "scalingFactor": 10922, "leadNumber": 1,
	}}})
}

// Movesense writes packets of samples, each with a time in ms.
func Movesense(s Signal) []byte {
	const rateHz, packet = 250, 10
	var all []object
	counts := s.at(rateHz).counts(1000)
	for i := 0; i+packet <= len(counts); i += packet {
		all = append(all, object{"ecg": object{"Timestamp": 1000 * i / rateHz, "Samples": counts[i : i+packet]}})
	}
	return must(object{"data": all})
}

// FHIR writes an Observation.
func FHIR(s Signal) []byte {
	return must(object{"resourceType": "Observation", "effectiveDateTime": s.Start, "component": []object{{"valueSampledData": object{
		"origin": object{"value": 0, "unit": "mV"}, "period": 1000 / s.RateHz, "factor": 0.001, "dimensions": 1, "data": words(s.counts(1000)),
	}}}})
}

func words(counts []int) string { return strings.Trim(fmt.Sprint(counts), "[]") }

// AECG writes HL7's annotated ECG.
func AECG(s Signal) []byte {
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>
<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><component><series><component><sequenceSet>
<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="%s"/><increment value="%g" unit="s"/></value></sequence></component>
<component><sequence><code code="MDC_ECG_LEAD_I"/><value xsi:type="SLIST_PQ"><origin value="0" unit="uV"/><scale value="1" unit="uV"/><digits>%s</digits></value></sequence></component>
</sequenceSet></component></series></component></AnnotatedECG>
`, s.Start.Format("20060102150405.000"), 1/s.RateHz, words(s.counts(1000)))
}
