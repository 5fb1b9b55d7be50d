package recording_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

func zipOf(t *testing.T, files ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i+1 < len(files); i += 2 {
		f, err := w.Create(files[i])
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(files[i+1])) // writes to memory cannot fail
	}
	w.Close()
	return b.Bytes()
}

const samsungTable = "com.samsung.health.ecg,6230020,3\ndatauuid,start_time,com.samsung.health.ecg.sample_frequency,data,\nabc,2026-03-01 00:00:00.000,400,abc.json,\n"

func samsungWave(n int) string {
	return `{"wave":[` + list(n, func(i int) string { return fmt.Sprintf("%.4f", wave(i)) }) + `]}`
}

func TestSamsungsDownloadGivesTheECGThatIsAskedFor(t *testing.T) {
	file := zipOf(t,
		"samsunghealth/com.samsung.health.ecg.20260301.csv", samsungTable,
		"samsunghealth/jsons/com.samsung.health.ecg/a/2026-01.json", samsungWave(300),
		"samsunghealth/jsons/com.samsung.health.ecg/b/2026-03.json", samsungWave(700),
		"samsunghealth/jsons/com.samsung.health.sleep/b/2027.json", "{}",
	)
	for pick, samples := range map[string]int{"": 700, "2026-01": 300} {
		r, err := recording.ReadBytes(file, recording.Hints{Pick: pick})
		if err != nil || r.Format != "samsung" || r.RateHz != 400 || len(r.Chosen().MV) != samples {
			t.Errorf("pick %q: %+v, %v", pick, r, err)
		}
	}
	if _, err := recording.ReadBytes(file, recording.Hints{Pick: "2025"}); err == nil {
		t.Error("one that isn't there was read")
	}
}

func TestSamsungsTableAloneIsRefusedWithAdvice(t *testing.T) {
	_, err := recording.ReadBytes([]byte(samsungTable), recording.Hints{RateHz: 500})
	var refused *recording.Error
	if !errors.As(err, &refused) || !strings.Contains(refused.Detail, "whole download") {
		t.Errorf("%v", err)
	}
}
