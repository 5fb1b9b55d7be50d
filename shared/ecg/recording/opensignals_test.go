package recording_test

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

const openSignalsHeader = `# OpenSignals Text File Format
# {"20:16:07:18:17:86": {"sensor": ["EDA", "ECGBIT"], "device name": "20:16:07:18:17:86", "column": ["nSeq", "I1", "O1", "A1", "A2"], "sync interval": 2, "time": "10:41:2.100", "date": "2026-3-7", "comments": "", "device connection": "x", "channels": [1, 2], "mode": 0, "device": "bitalino_rev", "sampling rate": 1000, "label": ["A1", "A2"], "resolution": [10, 10]}}
# EndOfHeader
`

func openSignals(n int) string {
	return openSignalsHeader + lines(n, func(i int) string {
		return fmt.Sprintf("%d\t0\t0\t511\t%d\t", i%16, int(math.Round(1024*(wave(i)/3.3+0.5))))
	})
}

func TestOpenSignalsFindsTheColumnOfTheECG(t *testing.T) {
	const n = 3000
	r, err := recording.ReadBytes([]byte(openSignals(n)), recording.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	if r.Format != "opensignals" || r.RateHz != 1000 || r.Device != "bitalino_rev" || len(r.Chosen().MV) != n {
		t.Errorf("%s, %v Hz, %q, %d samples", r.Format, r.RateHz, r.Device, len(r.Chosen().MV))
	}
	for i, x := range r.Chosen().MV {
		if math.Abs(x-wave(i)) > 0.002 {
			t.Fatalf("sample %d is %v, want %v", i, x, wave(i))
		}
	}
}

func TestABrokenOpenSignalsFileSaysWhatIsWrong(t *testing.T) {
	for name, tt := range map[string]struct{ old, new, detail string }{
		"no end of header": {"# EndOfHeader", "# and so on", "doesn't end"},
		"broken JSON":      {`"sensor": [`, `"sensor": [[`, "JSON"},
		"no ECG":           {"ECGBIT", "EMGBIT", "none of its sensors"},
		"a missing column": {`"O1", "A1"`, `"O1", "O2", "O3", "O4", "A1"`, "should be in column"},
	} {
		_, err := recording.ReadBytes([]byte(strings.Replace(openSignals(200), tt.old, tt.new, 1)), recording.Hints{})
		var refused *recording.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Detail, tt.detail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzOpenSignals(f *testing.F) {
	f.Add([]byte(openSignals(20)))
	f.Add([]byte(openSignalsHeader))
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := recording.ReadBytes(data, recording.Hints{RateHz: 500}); err == nil && len(r.Chosen().MV) > 2*len(data) {
			t.Errorf("%d samples of %d bytes", len(r.Chosen().MV), len(data))
		}
	})
}
