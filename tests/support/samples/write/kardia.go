package write

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// kardiaRateHz and kardiaPerMV are the rate and resolution of Kardia's files.
const (
	kardiaRateHz = 300
	kardiaPerMV  = 2000 // 500 nV
)

// Kardia writes an .atc file with lead I, or with all six of the limbs: the
// others are made of it.
func Kardia(six bool, s Signal) []byte {
	lead := s.at(kardiaRateHz).counts(kardiaPerMV)
	b := []byte("ALIVE\x00\x00\x00\x03\x00\x00\x00")
	info := make([]byte, 264)
	for _, field := range []struct {
		at   int
		text string
	}{
		{0, s.Start.Format("2006-01-02T15:04:05.000-07:00")}, {32, "00000000-0000-4000-8000-000000000001"},
		{116, "iPhone12,1"}, {148, "com.alivecor.aliveecg"}, {180, "19kHz 200Hz/mV"}, {212, "48.1,11.6"},
	} {
		copy(info[field.at:], field.text)
	}
	b = kardiaBlock(b, "info", info)
	format := binary.LittleEndian.AppendUint16([]byte{1}, kardiaRateHz)
	format = binary.LittleEndian.AppendUint16(format, 500)
	b = kardiaBlock(b, "fmt ", append(format, 2, 0, 0))
	blocks := []string{"ecg "}
	if six {
		blocks = []string{"ecg ", "ecg2", "ecg3", "ecg4", "ecg5", "ecg6"}
	}
	for i, block := range blocks {
		var samples bytes.Buffer
		for _, x := range lead {
			samples.Write(binary.LittleEndian.AppendUint16(nil, uint16(x/(i+1))))
		}
		b = kardiaBlock(b, block, samples.Bytes())
	}
	return b
}

// kardiaBlock appends a block and the sum of its bytes.
func kardiaBlock(dst []byte, name string, data []byte) []byte {
	block := binary.LittleEndian.AppendUint32([]byte(name), uint32(len(data)))
	block = slices.Concat(block, data)
	sum := uint32(0)
	for _, b := range block {
		sum += uint32(b)
	}
	return binary.LittleEndian.AppendUint32(append(dst, block...), sum)
}
