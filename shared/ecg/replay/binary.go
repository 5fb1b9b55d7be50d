package replay

import (
	"encoding/binary"
	"errors"
	"slices"
)

// ErrCorrupt is the error for bytes that are not a digest.
var ErrCorrupt = errors.New("not a digest of a recording")

// The version identifies how a digest is made. Digests of version 1 hold the
// sequence only, made as today's. Those of version 2 also hold beats, projected
// otherwise than today's: these beats are ignored.
const (
	sequenceOnly    = 1
	otherDirections = 2
	version         = 3
)

// Lengths of the parts of a beat in bytes.
const (
	cycleBytes  = 16
	vectorBytes = dims
)

// AppendBinary appends the digest as bytes for Parse: the version, the number of
// cycles and of forms as variable-length integers, 16 bytes for each cycle, 48
// for each form and for each residual. The error is nil.
func (d Digest) AppendBinary(b []byte) ([]byte, error) {
	b = append(b, version)
	b = binary.AppendUvarint(b, uint64(len(d.Sequence)))
	b = binary.AppendUvarint(b, uint64(len(d.Forms)))
	for _, c := range d.Sequence {
		b = binary.LittleEndian.AppendUint64(b, c.Rhythm)
		b = binary.LittleEndian.AppendUint64(b, c.Shape)
	}
	for _, vectors := range [][]Vector{d.Forms, d.Residuals} {
		for _, v := range vectors {
			b = append(b, v[:]...)
		}
	}
	return b, nil
}

// Parse parses the output of AppendBinary, also of earlier versions. The error is
// ErrCorrupt.
func Parse(b []byte) (Digest, error) {
	if len(b) == 0 {
		return Digest{}, ErrCorrupt
	}
	switch rest := b[1:]; b[0] {
	case sequenceOnly:
		if len(rest)%cycleBytes != 0 {
			return Digest{}, ErrCorrupt
		}
		return Digest{Sequence: cycles(rest)}, nil
	case otherDirections:
		d, err := parse(rest)
		return Digest{Sequence: d.Sequence}, err
	case version:
		return parse(rest)
	}
	return Digest{}, ErrCorrupt
}

// parse parses the bytes after the version. Numbers are accepted in their
// shortest form only, so that a digest has one encoding.
func parse(b []byte) (Digest, error) {
	var counts [2]int
	for i := range counts {
		n, length := binary.Uvarint(b)
		if length <= 0 || n > uint64(len(b)) || len(binary.AppendUvarint(nil, n)) != length {
			return Digest{}, ErrCorrupt
		}
		counts[i], b = int(n), b[length:]
	}
	sequence, forms := counts[0]*cycleBytes, counts[1]*vectorBytes
	if sequence+forms > len(b) || (len(b)-sequence-forms)%vectorBytes != 0 {
		return Digest{}, ErrCorrupt
	}
	return Digest{
		Sequence:  cycles(b[:sequence]),
		Forms:     vectors(b[sequence : sequence+forms]),
		Residuals: vectors(b[sequence+forms:]),
	}, nil
}

func cycles(b []byte) []Cycle {
	all := make([]Cycle, 0, len(b)/cycleBytes)
	for c := range slices.Chunk(b, cycleBytes) {
		all = append(all, Cycle{binary.LittleEndian.Uint64(c), binary.LittleEndian.Uint64(c[8:])})
	}
	return all
}

func vectors(b []byte) []Vector {
	all := make([]Vector, len(b)/vectorBytes)
	for i := range all {
		all[i] = Vector(b[i*vectorBytes:])
	}
	return all
}
