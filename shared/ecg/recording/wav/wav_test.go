package wav

import (
	"context"
	"encoding/binary"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

func chunk(id string, body []byte) []byte {
	return append(append([]byte(id), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...), body...)
}

// file returns a WAVE file of a format and samples.
func file(kind, channels, bits uint16, rateHz uint32, samples []byte) []byte {
	le := binary.LittleEndian
	var f []byte
	f = le.AppendUint16(f, kind)
	f = le.AppendUint16(f, channels)
	f = le.AppendUint32(f, rateHz)
	f = le.AppendUint32(f, 0)
	f = le.AppendUint16(f, 0)
	f = le.AppendUint16(f, bits)
	return append([]byte("RIFF\x00\x00\x00\x00WAVE"), append(chunk("fmt ", f), chunk("data", samples)...)...)
}

func read(data []byte) (*raw.Recording, error) {
	return Read(data, raw.Options{Budget: raw.NewBudget(context.Background(), len(data))})
}

func TestSamplesAreReadInEveryWidth(t *testing.T) {
	for _, tt := range []struct {
		name       string
		kind, bits uint16
		samples    []byte // 0, half of the maximum, and a negative sample
	}{
		{"8 bits without a sign", formatPCM, 8, []byte{128, 192, 64}},
		{"16 bits", formatPCM, 16, []byte{0, 0, 0, 64, 0, 192}},
		{"24 bits", formatPCM, 24, []byte{0, 0, 0, 0, 0, 64, 0, 0, 192}},
		{"32 bits", formatPCM, 32, []byte{0, 0, 0, 0, 0, 0, 0, 64, 0, 0, 0, 192}},
		{"floats", formatFloat, 32, []byte{0, 0, 0, 0, 0, 0, 0, 0x3f, 0, 0, 0, 0xbf}},
	} {
		r, err := read(file(tt.kind, 1, tt.bits, 300, tt.samples))
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		mv := r.Leads[0].MV
		if r.RateHz != 300 || len(mv) != 3 || mv[0] != 0 || mv[1] <= 0 || mv[2] != -mv[1] {
			t.Errorf("%s: %v at %v Hz", tt.name, mv, r.RateHz)
		}
	}
}

func TestChannelsAreLeads(t *testing.T) {
	r, err := read(file(formatPCM, 2, 16, 500, []byte{1, 0, 2, 0, 3, 0, 4, 0}))
	if err != nil || len(r.Leads) != 2 || len(r.Leads[0].MV) != 2 || r.Leads[0].MV[1] != 3*r.Leads[0].MV[0] {
		t.Errorf("%+v, %v", r, err)
	}
}

func TestWhatCannotBeReadIsRefusedWithTheReason(t *testing.T) {
	whole := file(formatPCM, 1, 16, 300, []byte{1, 0})
	for want, data := range map[string][]byte{
		"compressed":      file(0x11, 1, 4, 300, []byte{1, 2}),
		"more than":       file(formatPCM, 100, 16, 300, make([]byte, 400)),
		"before its data": whole[:40],
		"no data":         file(formatPCM, 1, 16, 300, nil),
	} {
		if _, err := read(data); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(file(formatPCM, 1, 16, 300, []byte{1, 0, 2, 0}))
	f.Add(file(formatExtensible, 2, 24, 300, make([]byte, 60)))
	f.Fuzz(func(t *testing.T, data []byte) {
		if Is(data) {
			read(data)
		}
	})
}
