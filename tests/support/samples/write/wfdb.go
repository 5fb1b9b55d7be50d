package write

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// WFDBFormats are those that WFDB writes.
var WFDBFormats = [...]int{8, 16, 24, 32, 61, 80, 160, 212, 310, 311}

// WFDB writes the header and the samples of a record with two signals: the
// lead, and its half. Few bits need a gain that is small.
func WFDB(name string, format int, gain float64, s Signal) (hea, dat []byte) {
	lead := s.counts(gain)
	both := make([]int, 0, 2*len(lead))
	for _, x := range lead {
		both = append(both, x, x/2)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "%s 2 %g %d %s\n", name, s.RateHz, len(lead), s.Start.Format("15:04:05 02/01/2006"))
	for i, description := range []string{"ECG I", "ECG II"} {
		sum := 0
		for j := i; j < len(both); j += 2 {
			sum += both[j]
		}
		fmt.Fprintf(&text, "%s.dat %d %g 12 0 %d %d 0 %s\n", name, format, gain, both[i], int16(sum), description)
	}
	return []byte(text.String()), wfdbSamples(format, both)
}

// wfdbSamples packs samples of two signals in turn. Source: G. Moody, WFDB
// Applications Guide, signal(5).
func wfdbSamples(format int, x []int) []byte {
	var b []byte
	le, be := binary.LittleEndian, binary.BigEndian
	switch format {
	case 8:
		last := [2]int{x[0], x[1]}
		for i, v := range x {
			step := max(-128, min(127, v-last[i%2]))
			last[i%2] += step
			b = append(b, byte(step))
		}
		return b
	case 212:
		for i := 0; i < len(x); i += 2 {
			first, second := x[i], x[i+1]
			b = append(b, byte(first), byte(first>>8&15|second>>8<<4), byte(second))
		}
		return b
	case 310, 311:
		for len(x)%3 != 0 {
			x = append(x[:len(x):len(x)], 0)
		}
		for i := 0; i < len(x); i += 3 {
			u := [3]uint32{uint32(x[i]) & 1023, uint32(x[i+1]) & 1023, uint32(x[i+2]) & 1023}
			if format == 311 {
				b = le.AppendUint32(b, u[0]|u[1]<<10|u[2]<<20)
				continue
			}
			b = le.AppendUint16(b, uint16(u[0]<<1|u[2]&31<<11))
			b = le.AppendUint16(b, uint16(u[1]<<1|u[2]>>5<<11))
		}
		return b
	}
	for _, v := range x {
		switch format {
		case 16:
			b = le.AppendUint16(b, uint16(v))
		case 24:
			b = append(b, byte(v), byte(v>>8), byte(v>>16))
		case 32:
			b = le.AppendUint32(b, uint32(v))
		case 61:
			b = be.AppendUint16(b, uint16(v))
		case 80:
			b = append(b, byte(v+1<<7))
		case 160:
			b = le.AppendUint16(b, uint16(v+1<<15))
		}
	}
	return b
}
