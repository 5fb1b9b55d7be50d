package recording_test

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

// muse returns a file of GE's MUSE with a mean beat before the rhythm.
func muse(n int) string {
	wave64 := func(gain float64) string {
		b := make([]byte, 2*n)
		for i := range n {
			binary.LittleEndian.PutUint16(b[2*i:], uint16(int16(math.Round(gain*float64(uv(i))/4.88))))
		}
		text := base64.StdEncoding.EncodeToString(b)
		var lines strings.Builder
		for ; len(text) > 76; text = text[76:] {
			lines.WriteString(text[:76] + "\r\n")
		}
		return lines.String() + text
	}
	lead := func(id, wave string) string {
		return `<LeadData><LeadByteCountTotal>` + fmt.Sprint(2*n) + `</LeadByteCountTotal><LeadAmplitudeUnitsPerBit>4.88</LeadAmplitudeUnitsPerBit>` +
			`<LeadAmplitudeUnits>MICROVOLTS</LeadAmplitudeUnits><WaveFormData>` + wave + `</WaveFormData><LeadID>` + id + `</LeadID></LeadData>`
	}
	return `<?xml version="1.0" encoding="ISO-8859-1"?><!DOCTYPE RestingECG SYSTEM "restecg.dtd"><RestingECG><PatientDemographics><PatientLastName>Mustermann</PatientLastName></PatientDemographics>` +
		`<TestDemographics><AcquisitionDate>03-01-2026</AcquisitionDate><AcquisitionTime>08:00:00</AcquisitionTime></TestDemographics>` +
		`<Waveform><WaveformType>Median</WaveformType><SampleBase>500</SampleBase><SampleExponent>0</SampleExponent>` + lead("I", base64.StdEncoding.EncodeToString(make([]byte, 200))) + `</Waveform>` +
		`<Waveform><WaveformType>Rhythm</WaveformType><SampleBase>25</SampleBase><SampleExponent>1</SampleExponent>` + lead("II", wave64(2)) + lead("I", wave64(1)) + `</Waveform></RestingECG>`
}

// xli packs samples as Philips does.
func xli(samples []int16) []byte {
	halves := make([]byte, 2*len(samples))
	put := func(i int, x int16) { halves[i], halves[len(samples)+i] = byte(uint16(x)>>8), byte(x) }
	put(0, samples[0])
	put(1, samples[1])
	first := int16(0)
	for i, last := 2, first; i < len(samples); i++ {
		if i == 2 { // predicted correctly
			last = 2*samples[1] - samples[0] - samples[2]
			first = last
		}
		if i+1 < len(samples) {
			put(i, 2*samples[i]-samples[i-1]-samples[i+1]+64)
		}
	}
	var codes []int
	table, next := map[string]int{}, 256
	code := func(s string) (int, bool) {
		if len(s) == 1 {
			return int(s[0]), true
		}
		c, ok := table[s]
		return c, ok
	}
	held := ""
	for _, b := range halves {
		if _, known := code(held + string([]byte{b})); known {
			held += string([]byte{b})
			continue
		}
		c, _ := code(held)
		codes = append(codes, c)
		if next < 1023 {
			table[held+string([]byte{b})] = next
			next++
		}
		held = string([]byte{b})
	}
	c, _ := code(held)
	codes = append(codes, c, 1023)
	var packed []byte
	bits, n := uint32(0), 0
	for _, c := range codes {
		for bits, n = bits<<10|uint32(c), n+10; n >= 8; n -= 8 {
			packed = append(packed, byte(bits>>(n-8)))
		}
	}
	packed = append(packed, byte(bits<<(8-n)))
	head := binary.LittleEndian.AppendUint32(nil, uint32(len(packed)))
	head = binary.LittleEndian.AppendUint32(head, uint32(uint16(first))<<16)
	return append(head, packed...)
}

// philips returns a file of Philips, packed or not.
func philips(n int, packed bool) string {
	one, other := make([]int16, n), make([]int16, n)
	for i := range n {
		one[i], other[i] = int16(math.Round(float64(uv(i))/5)), int16(i%50)
	}
	var waves []byte
	how := "Uncompressed"
	for _, lead := range [][]int16{one, other} {
		if packed {
			how = "XLI"
			waves = append(waves, xli(lead)...)
			continue
		}
		for _, x := range lead {
			waves = binary.LittleEndian.AppendUint16(waves, uint16(x))
		}
	}
	return `<?xml version="1.0" encoding="UTF-8"?><restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo><documenttype>SierraECG</documenttype><documentversion>1.04</documentversion></documentinfo>` +
		`<patient><lastname>Mustermann</lastname></patient><dataacquisition date="2026-03-01" time="08:00:00"><signalcharacteristics><samplingrate>250</samplingrate><resolution>5</resolution></signalcharacteristics></dataacquisition>` +
		`<waveforms><parsedwaveforms durationperchannel="` + fmt.Sprint(4*n) + `" dataencoding="Base64" compression="` + how + `" numberofleads="2" leadlabels="I V6">` + base64.StdEncoding.EncodeToString(waves) + `</parsedwaveforms></waveforms></restingecgdata>`
}

func fhirXML(n int, leads ...string) string {
	components := ""
	for i, code := range leads {
		components += `<component><code><coding><code value="` + code + `"/></coding></code><valueSampledData><origin><value value="0"/><unit value="mV"/></origin><period value="4"/>` +
			`<dimensions value="1"/><data value="` + spaced(40*(len(leads)-1-i), n) + `"/></valueSampledData></component>`
	}
	return `<Observation xmlns="http://hl7.org/fhir"><subject><display value="Mustermann"/></subject><effectiveDateTime value="2026-03-01T08:00:00Z"/>` + components + `</Observation>`
}

// cardio7 returns a file of Bionet's Cardio7, which puts each number of its header
// into an element named like its unit.
func cardio7(n int) string {
	halves := func(from, n int) string { // numbers of 2 µV
		return strings.ReplaceAll(list(n, func(i int) string { return fmt.Sprintf("%.1f", float64(uv(i+from))/2) }), ",", " ")
	}
	lead := func(name string, from int) string {
		return "<WaveData><Channel>" + name + "</Channel><Data>" + halves(from, n) + "</Data><Annotation/></WaveData>"
	}
	return "\ufeff" + `<?xml version="1.0" encoding="UTF-8"?><Cardio7><PatientInfo><Name>Mustermann</Name><Age>21</Age><Height><Cm>173</Cm></Height><Weight><Kg>59</Kg></Weight></PatientInfo>` +
		`<StudyInfo><Date>2026-03-01</Date><Time>08:00:00</Time><Device><Model>Cardio7</Model><BaseLineFilter>0.2</BaseLineFilter><LowpassFilter>150Hz</LowpassFilter></Device>` +
		`<ShortMeasurementSegment><HeartRate>60</HeartRate><MeanRRint>1000</MeanRRint></ShortMeasurementSegment>` +
		`<WaveInfo><SampleRate><Hz>250</Hz></SampleRate><DataUnit><uV>2</uV></DataUnit><Duration><sec>10</sec></Duration><Encoding/></WaveInfo>` +
		lead("Lead II", 40) + lead("Lead I", 0) + `</StudyInfo></Cardio7>`
}

var xmlShapes = map[string]shape{
	"HL7 aECG":              {file: aecg(jsonSamples), rateHz: 500, lead: "I"},
	"GE MUSE":               {file: muse(jsonSamples), rateHz: 250, lead: "I"},
	"GE MUSE, indented":     {file: strings.ReplaceAll(strings.ReplaceAll(muse(jsonSamples), "<WaveFormData>", "<WaveFormData>\n      "), "</WaveFormData>", "\n      </WaveFormData>"), rateHz: 250, lead: "I"},
	"Philips":               {file: philips(jsonSamples, false), rateHz: 250, lead: "I"},
	"Philips, packed":       {file: philips(jsonSamples, true), rateHz: 250, lead: "I"},
	"FHIR":                  {file: fhirXML(jsonSamples, "131330", "131329"), rateHz: 250, lead: "I"},
	"FHIR of one lead":      {file: fhirXML(jsonSamples, "131329"), rateHz: 250, lead: "I"},
	"leads in elements":     {file: `<CardiologyXML><StripData><SampleRate units="Hz">250</SampleRate><WaveformData lead="II">` + mvs(40, jsonSamples) + `</WaveformData><WaveformData lead="I">` + mvs(0, jsonSamples) + `</WaveformData></StripData></CardiologyXML>`, rateHz: 250, lead: "I"},
	"a sample in each":      {file: `<r><rate>250</rate><ecg>` + strings.ReplaceAll(list(jsonSamples, func(i int) string { return fmt.Sprintf(`<s t="%d" unit="mV">%.4f</s>`, 4*i, wave(i)) }), ",", "\n") + `</ecg></r>`, rateHz: 250},
	"Bionet's Cardio7":      {file: cardio7(jsonSamples), rateHz: 250, lead: "I"},
	"an interval with unit": {file: `<r><sampleInterval unit="ms">4</sampleInterval><ecg unit="mV"><![CDATA[` + mvs(0, jsonSamples) + `]]></ecg></r>`, rateHz: 250},
}

func TestXMLOfEveryShapeGivesTheSameSignal(t *testing.T) {
	for name, tt := range xmlShapes {
		t.Run(name, func(t *testing.T) {
			if strings.Contains(name, "GE") || strings.Contains(name, "Philips") {
				tt.coarse = 0.0045
			}
			tt.check(t)
		})
	}
}

func TestXMLThatIsNoECGIsRefused(t *testing.T) {
	numbers := strings.Repeat("<x><v>5</v></x><x><v>7</v></x>", 200)
	refused{
		"numbers of something":   {[]byte("<a>" + numbers + "</a>"), recording.Unsupported, "it is an XML whose numbers nothing says to be an ECG: export the ECG with its samples"},
		"Apple's records":        {[]byte(`<?xml version="1.0"?><!DOCTYPE HealthData [<!ELEMENT HealthData (a)>]><HealthData locale="de"><Record value="5"/></HealthData>`), recording.Unsupported, "it is the Health app's export.xml, without the ECGs: send the whole export.zip, or a file of its folder electrocardiograms"},
		"a track":                {[]byte(`<gpx><trk/></gpx>`), recording.Unsupported, "it is a track of an activity, without an ECG: export the ECG itself"},
		"a web page":             {[]byte("\n<!DOCTYPE html>\n<html><p>Sign in</html>"), recording.Unsupported, "it is a web page (HTML), perhaps that of a log-in: download the file itself"},
		"MUSE without waveforms": {[]byte(`<RestingECG><MuseInfo/></RestingECG>`), recording.Unreadable, "it is a MUSE XML without a rhythm: export it with its waveforms"},
		"MUSE, damaged":          {[]byte(strings.Replace(muse(300), "<WaveFormData>", "<WaveFormData>*", 1)), recording.Unreadable, "its waveform isn't in base 64: export it again"},
		"Philips, cut":           {[]byte(strings.Replace(philips(300, true), `numberofleads="2" leadlabels="I V6"`, `numberofleads="3" leadlabels="I II V6"`, 1)), recording.Unreadable, "its packed waveforms are damaged: export it again"},
		"tags that don't match":  {[]byte("<a><b></a></b>"), recording.Unreadable, "its XML breaks near byte 10"},
	}.run(t)
}

// TestALongAnnotatedECGTakesTheMemoryOfItsSamples reads 20 MB of XML in the
// memory that its numbers take.
func TestALongAnnotatedECGTakesTheMemoryOfItsSamples(t *testing.T) {
	const n = 500_000
	file := []byte(strings.Replace(aecg(300), "<digits>", "<digits>"+strings.Repeat("-1234 5 ", n), 1))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := recording.ReadBytes(file, recording.Hints{}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if took := after.TotalAlloc - before.TotalAlloc; took > 20<<20 {
		t.Errorf("%d kB of XML took %d kB", len(file)>>10, took>>10)
	}
}

func FuzzXML(f *testing.F) {
	for _, file := range []string{aecg(30), muse(60), philips(30, true), fhirXML(30, "131329"), `<a b="c"><d/>1 2 3<!-- --><![CDATA[4]]></a>`} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := recording.ReadBytes(data, recording.Hints{RateHz: 500})
		sound(t, r, err)
	})
}
