package recording_test

import (
	"testing"

	"systole/shared/ecg/recording"
)

func TestAHeaderAndItsSamplesAreOneRecording(t *testing.T) {
	header := []byte("a 1 500 3\na.dat 16 200/mV 16 0 0 0 0 I\n")
	for _, tt := range []struct {
		name  string
		files [][]byte
		want  []int // number of parts in each recording
	}{
		{"none", nil, nil},
		{"one", [][]byte{[]byte("1\n2\n")}, []int{1}},
		{"two texts", [][]byte{[]byte("1\n2\n"), []byte("3\n4\n")}, []int{1, 1}},
		{"a header and samples", [][]byte{{1, 0, 2, 0, 3, 0}, header}, []int{2}},
	} {
		var got []int
		for _, parts := range recording.Group(tt.files) {
			got = append(got, len(parts))
		}
		if len(got) != len(tt.want) || len(got) > 0 && got[0] != tt.want[0] {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}
