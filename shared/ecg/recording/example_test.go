package recording_test

import (
	"fmt"
	"strings"

	"systole/shared/ecg/recording"
)

// ReadBytes recognises the format by the content, and says what it found and what
// it guessed.
func ExampleReadBytes() {
	var file strings.Builder
	file.WriteString("time_s,ecg_mV\n")
	for i := range 1000 {
		fmt.Fprintf(&file, "%.3f,%.3f\n", float64(i)/250, float64(i%200)/200)
	}
	r, err := recording.ReadBytes([]byte(file.String()), recording.Hints{})
	if err != nil {
		fmt.Println(err)
		return
	}
	lead := r.Chosen()
	fmt.Println(r.Format, r.RateHz, lead.Name, len(lead.MV))
	// Output: text 250 ecg_mV 1000
}
