package text

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

// wave is a column of n numbers behind what comes before each.
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
