package biometric

import (
	"strconv"
	"testing"
)

func TestDigestsAreArchivedByNumberAndBySize(t *testing.T) {
	for _, tt := range []struct {
		number, size int
		want         bool
	}{
		{0, 0, false},
		{archiveFrom - 1, 100, false},
		{archiveFrom, 100, true},
		{2, archiveBytes / 2, true},
		{2, archiveBytes/2 - 1, false},
	} {
		digests := map[string][]byte{}
		for i := range tt.number {
			digests[strconv.Itoa(i)] = make([]byte, tt.size)
		}
		if got := full(digests); got != tt.want {
			t.Errorf("%d of %d bytes: %v, want %v", tt.number, tt.size, got, tt.want)
		}
	}
}
