package text

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

// wave returns a column of n numbers with a text before each.
func wave(n int, before string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "%s%.4f\n", before, math.Sin(float64(i)/17))
	}
	return b.String()
}

func read1(t *testing.T, file string) *raw.Recording {
	t.Helper()
	r, err := Read([]byte(file), raw.Options{Budget: raw.NewBudget(t.Context(), len(file))})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestStartAndRateOfAnEmpaticaFileAreNoSamples(t *testing.T) {
	r := read1(t, "1700000000.000000\n250.000000\n"+wave(1000, ""))
	if r.RateHz != 250 || len(r.Leads[0].MV) != 1000 || r.Start.Unix() != 1_700_000_000 {
		t.Errorf("%v Hz, %d samples from %v", r.RateHz, len(r.Leads[0].MV), r.Start)
	}
	r = read1(t, "1700000000.0, 1700000000.0\r\n64.0, 64.0\r\n"+wave(1000, "1, "))
	if r.RateHz != 64 || len(r.Leads) != 2 || len(r.Leads[1].MV) != 1000 {
		t.Errorf("two columns: %v Hz, %d leads", r.RateHz, len(r.Leads))
	}
	r = read1(t, "1700000000\n5000000\n"+wave(1000, "")) // samples of a converter
	if r.RateHz != 0 || len(r.Leads[0].MV) != 1002 {
		t.Errorf("no rate in the second row: %v Hz, %d samples", r.RateHz, len(r.Leads[0].MV))
	}
}

func TestChannelsOfAcqKnowledgeAreNamedAboveTheColumns(t *testing.T) {
	r := read1(t, "rest.acq\r\n4 msec/sample\r\n2 channels\r\nRespiration, RSP100C\r\nVolts\r\nECG, ECG100C\r\nmV\r\nCH1\tCH2\t\r\n1000\t1000\t\r\n"+wave(1000, "0.5\t"))
	if r.RateHz != 250 || len(r.Leads) != 1 || len(r.Leads[0].MV) != 1000 || r.Leads[raw.Choose(r.Leads, "")].Name != "ECG" {
		t.Errorf("%v Hz, leads %+v", r.RateHz, r.Leads)
	}
}

func TestTheLogOfASerialMonitorIsATableOfItsStamps(t *testing.T) {
	for name, row := range map[string]func(stamp, value string) string{
		"Arduino":   func(stamp, value string) string { return "15:" + stamp + " -> " + value },
		"Tera Term": func(stamp, value string) string { return "[2026-03-04 15:" + stamp + "] " + value },
		"labels":    func(stamp, value string) string { return "15:" + stamp + " -> ECG:" + value },
	} {
		var b strings.Builder
		for i := range 1000 {
			ms := 4 * i
			b.WriteString(row(fmt.Sprintf("29:%02d.%03d", ms/1000, ms%1000), fmt.Sprintf("%.4f", math.Sin(float64(i)/17))) + "\n")
		}
		if r := read1(t, b.String()); math.Abs(r.RateHz-250) > 0.01 || len(r.Leads) != 1 || len(r.Leads[0].MV) != 1000 {
			t.Errorf("%s: %v Hz, %d leads", name, r.RateHz, len(r.Leads))
		}
	}
}

func TestColumnsOfWordsAndOtherSignalsAreLeftOut(t *testing.T) {
	var b strings.Builder
	b.WriteString("time,acc_x,ecg,label\nms,g,mV,\n")
	for i := range 1000 {
		value := fmt.Sprintf("%.4f", math.Sin(float64(i)/17))
		if i == 500 {
			value = "NaN"
		}
		fmt.Fprintf(&b, "%d,0.98,%s,N\n", 4*i, value)
	}
	r := read1(t, b.String())
	if r.RateHz != 250 || len(r.Leads) != 1 || r.Leads[0].Name != "ecg" || !math.IsNaN(r.Leads[0].MV[500]) || math.IsNaN(r.Leads[0].MV[501]) {
		t.Errorf("%v Hz, %d leads", r.RateHz, len(r.Leads))
	}
}

func TestSamplesMayStandInOneRow(t *testing.T) {
	row := strings.ReplaceAll(strings.TrimSpace(wave(1000, "")), "\n", ",")
	for name, file := range map[string]string{
		"alone":          "# fs = 512\n" + strings.ReplaceAll(row, ",", " ") + "\n",
		"behind its key": "Start,2025-12-27 23:15:55 -0500\nSampling Frequency (Hz),512\nVoltage Measurements," + row + "\n",
	} {
		if r := read1(t, file); r.RateHz != 512 || len(r.Leads) != 1 || len(r.Leads[0].MV) != 1000 {
			t.Errorf("%s: %v Hz, %d leads of %d samples", name, r.RateHz, len(r.Leads), len(r.Leads[0].MV))
		}
	}
}

func TestSamplesInACellAreReadWithTheRateBesideThem(t *testing.T) {
	var row strings.Builder
	for i := range 600 {
		fmt.Fprintf(&row, ",%.1f", 100*math.Sin(float64(i)/10))
	}
	list := row.String()[1:]
	for name, sheet := range map[string]string{
		"one cell":      "id,Sampling_Freq,Voltage\n1,512,\"" + list + "\"\n",
		"two cells":     "id,Sampling_Freq,Voltage_1,Voltage_2\n1,512,\"" + list[:len(list)/2] + "\",\"" + strings.TrimPrefix(list[len(list)/2:], ",") + "\"\n",
		"last of three": "id,Sampling_Freq,Voltage\n1,512,\"" + strings.Repeat("0,", 100) + "0\"\n2,512,\"" + list + "\"\n3,512,\"" + list + "\"\n",
	} {
		r := read1(t, sheet)
		if n := len(r.Leads[0].MV); r.RateHz != 512 || n < 600 || n > 601 {
			t.Errorf("%s: %d samples at %v Hz", name, n, r.RateHz)
		}
	}
}

func TestHeadersOfProgramsTellTimesFromTheECG(t *testing.T) {
	rows := func(row func(i int, s, mv float64) string) string {
		var b strings.Builder
		for i := range 1000 {
			b.WriteString(row(i, float64(i)/250, math.Sin(float64(i)/17)) + "\n")
		}
		return b.String()
	}
	for name, c := range map[string]struct{ file, lead string }{
		"LabChart, keys and channels behind the times": {"Interval=\t4 ms\nExcelDateTime=\t4.5e+04\t2023-03-15 10:00:00\nChannelTitle=\tECG\tPulse\nRange=\t10 mV\t1 V\nUnitName=\tmV\tV\n" +
			rows(func(i int, s, mv float64) string { return fmt.Sprintf("%.3f\t%.4f\t0.%d", s, mv, i%7) }), "ECG"},
		"OpenBCI, an index that begins anew at 256": {"%OpenBCI Raw EEG Data\n%Sample Rate = 250.0 Hz\n%First Column = SampleIndex\n" +
			rows(func(i int, _, mv float64) string { return fmt.Sprintf("%d, %.4f", i%256, mv) }), ""},
		"AcqKnowledge, times in minutes and a row of counts": {"rest.acq\n4 msec/sample\n1 channels\nECG\nmV\nmin\tCH1\n\t1000\n" +
			rows(func(_ int, s, mv float64) string { return fmt.Sprintf("%.7f\t%.4f", s/60, mv) }), "ECG"},
		"Velocity, times of points only": {"Sample rate: 250.0\nt_dws,t_ref,I,II,\n" +
			rows(func(_ int, s, mv float64) string { return fmt.Sprintf("22.42.%06.3f,%.3f,%.4f,%.4f,", s, s, mv, -mv) }), "I"},
	} {
		r, err := Read([]byte(c.file), raw.Options{Budget: raw.NewBudget(t.Context(), len(c.file))})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		lead := r.Leads[raw.Choose(r.Leads, "")]
		if math.Abs(r.RateHz-250) > 0.1 || lead.Name != c.lead || len(lead.MV) != 1000 || math.Abs(lead.MV[27]-math.Sin(27./17)) > 1e-3 {
			t.Errorf("%s: %v Hz, lead %q of %d samples", name, r.RateHz, lead.Name, len(lead.MV))
		}
	}
}
