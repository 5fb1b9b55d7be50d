package recording_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

func aecg(n int) string {
	digits := strings.ReplaceAll(list(n, func(i int) string { return fmt.Sprint(uv(i)) }), ",", " ")
	sequence := func(lead, digits string) string {
		return `<component><sequence><code code="MDC_ECG_LEAD_` + lead + `" codeSystem="2.16.840.1.113883.6.24"/><value xsi:type="SLIST_PQ"><origin value="0" unit="uV"/>` +
			`<scale value="1" unit="uV"/><digits>` + digits + `</digits></value></sequence></component>`
	}
	return `<?xml version="1.0" encoding="UTF-8"?><AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">` +
		`<componentOf><subject><name>Erika Mustermann</name></subject></componentOf><component><series><component><sequenceSet>` +
		`<component><sequence><code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="20260102030405.000"/><increment value="0.002" unit="s"/></value></sequence></component>` +
		sequence("II", strings.Repeat("5 ", n)) + sequence("I", digits) + `</sequenceSet></component></series></component></AnnotatedECG>`
}

func TestAnAnnotatedECGIsRead(t *testing.T) {
	const n = 1200
	r, err := recording.ReadBytes([]byte(aecg(n)), recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != "aecg" || math.Abs(r.RateHz-500) > 1e-9 || len(r.Leads) != 2 || r.Chosen().Name != "I" || r.Start.Year() != 2026 {
		t.Errorf("%s, %v Hz, %d leads, chosen %q, start %v", r.Format, r.RateHz, len(r.Leads), r.Chosen().Name, r.Start)
	}
	for i, x := range r.Chosen().MV {
		if math.Abs(x-wave(i)) > 0.001 {
			t.Fatalf("sample %d is %v mV, want %v", i, x, wave(i))
		}
	}
}

func TestABrokenAnnotatedECGSaysWhatIsWrong(t *testing.T) {
	whole := aecg(300)
	for name, tt := range map[string]struct{ file, detail string }{
		"cut off":    {whole[:len(whole)-60], "breaks near byte"},
		"no leads":   {strings.ReplaceAll(whole, "MDC_ECG_LEAD_", "SOMETHING_"), "no lead"},
		"too deep":   {"<AnnotatedECG>" + strings.Repeat("<a>", 500), "levels"},
		"an entity":  {strings.Replace(whole, "<series>", "<series>&passwords;", 1), "breaks near byte"},
		"no samples": {strings.ReplaceAll(whole, "<digits>", "<numbers>"), "breaks near byte"},
	} {
		_, err := recording.ReadBytes([]byte(tt.file), recording.Hints{RateHz: 500})
		var refused *recording.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Detail, tt.detail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzAECG(f *testing.F) {
	f.Add([]byte(aecg(20)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := recording.ReadBytes(data, recording.Hints{RateHz: 500}); err == nil && len(r.Chosen().MV) > len(data) {
			t.Errorf("%d samples of %d bytes", len(r.Chosen().MV), len(data))
		}
	})
}
