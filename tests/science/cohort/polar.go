package cohort

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"maps"
	"slices"
)

// polarHeader begins a log of a Polar H10's measurement packets, as some programs
// write them: a time and a packet in hexadecimal digits in each row. No device
// exports it, so that the service doesn't read it.
const polarHeader = "ECGTimestamps\tECGString"

// errPolar is the error of a log with fewer than two packets, or with gaps.
var errPolar = errors.New("not a whole log of a Polar H10's packets")

// readPolar reads the ECG in mV from a log of packets: a byte for the kind of
// measurement, 0 for ECG, the last sample's time in ns on the sensor's clock in 8
// bytes, the kind of frame, and samples in µV of 3 bytes, all little-endian (Polar
// BLE SDK, Polar measurement data specification). A packet that came twice counts
// once.
func readPolar(log []byte) (mv []float64, rateHz float64, err error) {
	const head, size = 10, 3
	packets := map[uint64][]byte{}
	for row := range bytes.Lines(log) {
		fields := bytes.Split(row, []byte{'\t'})
		if len(fields) < 2 {
			continue
		}
		packet, err := hex.DecodeString(string(fields[1]))
		if err != nil || len(packet) <= head || packet[0] != 0 || packet[9] != 0 {
			continue
		}
		packets[binary.LittleEndian.Uint64(packet[1:])] = packet[head:]
	}
	times := slices.Sorted(maps.Keys(packets))
	if len(times) < 2 {
		return nil, 0, errPolar
	}
	for _, at := range times {
		for sample := range slices.Chunk(packets[at], size) {
			if len(sample) == size {
				uv := int32(sample[0])<<8 | int32(sample[1])<<16 | int32(sample[2])<<24
				mv = append(mv, float64(uv>>8)/1000)
			}
		}
	}
	first := len(packets[times[0]]) / size
	rateHz = float64(len(mv)-first) / (float64(times[len(times)-1]-times[0]) / 1e9)
	for i, at := range times[1:] {
		expected := float64(len(packets[at])/size) / rateHz
		if took := float64(at-times[i]) / 1e9; took > 1.5*expected || took < 0.5*expected {
			return nil, 0, errPolar
		}
	}
	return mv, rateHz, nil
}
