package fingerprint

import (
	"encoding/binary"
	"errors"
)

// ErrCorrupt is the error for bytes that are no print.
var ErrCorrupt = errors.New("not a fingerprint")

// version names how prints are made: those of another version have nothing in
// common with these.
const version = 1

// beatBytes is how long a beat is as bytes.
const beatBytes = 16

// AppendBinary appends the print as bytes for Parse: the version, then 16 bytes
// for each beat. The error is nil.
func (p Print) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, version)
	for _, beat := range p {
		b = binary.LittleEndian.AppendUint64(b, beat.Rhythm)
		b = binary.LittleEndian.AppendUint64(b, beat.Shape)
	}
	return b, nil
}

// Parse reads what AppendBinary wrote. The error is ErrCorrupt.
func Parse(b []byte) (Print, error) {
	if len(b) == 0 || b[0] != version || (len(b)-1)%beatBytes != 0 {
		return nil, ErrCorrupt
	}
	p := make(Print, 0, (len(b)-1)/beatBytes)
	for b = b[1:]; len(b) > 0; b = b[beatBytes:] {
		p = append(p, Beat{binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])})
	}
	return p, nil
}
