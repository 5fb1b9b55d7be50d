package recording_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"systole/shared/ecg/recording"
)

// An Arduino prints its converter's values, 0 to 1023, and an exclamation mark
// while an electrode is off.
func TestASerialLogIsReadWithItsJunk(t *testing.T) {
	const n = 2000
	log := lines(n, func(i int) string {
		switch {
		case i >= 500 && i < 510:
			return "!"
		case i == 1500:
			return "42\x007garbage"
		}
		return fmt.Sprint(int(512 + 100*wave(i)))
	})
	for name, file := range map[string]string{
		"as it is":        log,
		"with a greeting": "AD8232 ready\nbaud 115200\n" + log,
	} {
		r, err := recording.ReadBytes([]byte(file), recording.Hints{RateHz: 250})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		mv := r.Chosen().MV
		if len(mv) != n || !math.IsNaN(mv[505]) || !math.IsNaN(mv[1500]) || math.IsNaN(mv[499]) {
			t.Errorf("%s: %d samples, %v %v", name, len(mv), mv[505], mv[1500])
		}
		if !strings.Contains(codes(r), "lines_left_open") {
			t.Errorf("%s: notes %s", name, codes(r))
		}
	}
}

func TestALogThatIsMostlyJunkIsRefused(t *testing.T) {
	log := lines(1000, func(i int) string {
		if i%20 == 7 {
			return "what"
		}
		return fmt.Sprint(i)
	})
	if _, err := recording.ReadBytes([]byte(log), recording.Hints{RateHz: 250}); err == nil {
		t.Error("read")
	}
}
