package cohort

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"testing"
)

// packets returns a log of packets of 73 samples at 130 Hz, the kth sample k µV
// below zero.
func packets(n int, skip func(packet int) bool) string {
	log := polarHeader + "\tHRTimestamps\n"
	for p := range n {
		packet := binary.LittleEndian.AppendUint64([]byte{0}, uint64(1e9+float64(p)*73/130*1e9))
		packet = append(packet, 0)
		for i := range 73 {
			uv := uint32(-int32(73*p + i))
			packet = append(packet, byte(uv), byte(uv>>8), byte(uv>>16))
		}
		if !skip(p) {
			log += fmt.Sprintf("%d\t%s\t7\n", p, hex.EncodeToString(packet))
		}
	}
	return log
}

func TestAStrapsPacketsAreReadByTheSensorsClock(t *testing.T) {
	whole := packets(20, func(int) bool { return false })
	rows := strings.SplitAfter(whole, "\n")
	for name, log := range map[string]string{
		"as they came":  whole,
		"one twice":     whole + rows[3],
		"one too late":  strings.Join(append(append(append([]string{rows[0]}, rows[2:]...), rows[1]), "\tno packet\t\n\n"), ""),
		"heart's rates": whole + "\t\t1674493137584\t65\n",
	} {
		mv, rate, err := readPolar([]byte(log))
		if err != nil || len(mv) != 20*73 || math.Abs(rate-130) > 0.001 {
			t.Fatalf("%s: %d samples at %g Hz: %v", name, len(mv), rate, err)
		}
		for k, v := range mv {
			if math.Abs(v+float64(k)/1000) > 1e-12 {
				t.Fatalf("%s: sample %d is %g mV", name, k, v)
			}
		}
	}
	for name, log := range map[string]string{
		"a packet was lost": packets(20, func(p int) bool { return p == 9 }), "no packets": polarHeader + "\n1\tzz\n",
	} {
		if _, _, err := readPolar([]byte(log)); err == nil {
			t.Errorf("%s: it was read", name)
		}
	}
}
