package write

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"slices"
)

// DICOMSyntax is how a DICOM file is written.
type DICOMSyntax string

// The transfer syntaxes of waveforms.
const (
	Implicit DICOMSyntax = "1.2.840.10008.1.2"
	Explicit DICOMSyntax = "1.2.840.10008.1.2.1"
	Deflated DICOMSyntax = "1.2.840.10008.1.2.1.99"
)

// dicom writes elements; undefined gives sequences no length but an end.
type dicom struct{ explicit, undefined bool }

// DICOM writes a 12-lead's file with leads II and I, and behind it a waveform of
// one beat. The person is invented.
func DICOM(syntax DICOMSyntax, undefined bool, s Signal) []byte {
	meta := dicom{explicit: true}
	head := meta.element("UI", 0x0002_0010, append([]byte(syntax), make([]byte, len(syntax)%2)...))
	b := append(make([]byte, 128), "DICM"...)
	b = append(b, meta.element("UL", 0x0002_0000, binary.LittleEndian.AppendUint32(nil, uint32(len(head))))...)
	b = append(b, head...)
	d := dicom{syntax != Implicit, undefined}
	body := slices.Concat(
		d.text("UI", 0x0008_0016, "1.2.840.10008.5.1.4.1.1.9.1.1"),
		d.text("DT", 0x0008_002a, s.Start.Format("20060102150405.000")),
		d.text("LO", 0x0008_0070, "Invented"),
		d.text("LO", 0x0008_1090, "Cart 1"),
		d.text("PN", 0x0010_0010, "Haagse^Harry"),
		d.text("DA", 0x0010_0030, "19510502"),
		d.sequence(0x0040_0555, nil),
		d.sequence(0x5400_0100, [][]byte{d.waveform(s), d.waveform(Signal{RateHz: s.RateHz, MV: s.MV[:len(s.MV)/10]})}),
	)
	if syntax == Deflated {
		var packed bytes.Buffer
		w, _ := flate.NewWriter(&packed, flate.BestCompression) // the level is one
		w.Write(body)                                           // a buffer takes everything
		w.Close()
		body = packed.Bytes()
	}
	return append(b, body...)
}

// waveform is a group of channels, in 16 bits of 1 µV.
func (d dicom) waveform(s Signal) []byte {
	var samples []byte
	for _, x := range s.counts(1000) {
		samples = binary.LittleEndian.AppendUint16(samples, uint16(x/2))
		samples = binary.LittleEndian.AppendUint16(samples, uint16(x))
	}
	return slices.Concat(
		d.text("CS", 0x003a_0004, "ORIGINAL"),
		d.element("US", 0x003a_0005, []byte{2, 0}),
		d.element("UL", 0x003a_0010, binary.LittleEndian.AppendUint32(nil, uint32(len(s.MV)))),
		d.text("DS", 0x003a_001a, fmt.Sprintf("%g", s.RateHz)),
		d.sequence(0x003a_0200, [][]byte{d.channel("Lead II"), d.channel("Lead I (Einthoven)")}),
		d.element("US", 0x5400_1004, []byte{16, 0}),
		d.text("CS", 0x5400_1006, "SS"),
		d.element("OW", 0x5400_1010, samples),
	)
}

func (d dicom) channel(lead string) []byte {
	return slices.Concat(
		d.sequence(0x003a_0208, [][]byte{d.text("LO", 0x0008_0104, lead)}),
		d.text("DS", 0x003a_0210, "1.25"),
		d.sequence(0x003a_0211, [][]byte{d.text("SH", 0x0008_0100, "uV")}),
		d.text("DS", 0x003a_0212, "0.8"),
		d.text("DS", 0x003a_0213, "0"),
	)
}

func (d dicom) text(kind string, tag uint32, text string) []byte {
	if len(text)%2 == 1 {
		text += " "
	}
	return d.element(kind, tag, []byte(text))
}

func (d dicom) element(kind string, tag uint32, value []byte) []byte {
	return append(d.head(kind, tag, uint32(len(value))), value...)
}

func (d dicom) head(kind string, tag, size uint32) []byte {
	le := binary.LittleEndian
	b := le.AppendUint16(le.AppendUint16(nil, uint16(tag>>16)), uint16(tag))
	switch {
	case !d.explicit || kind == "":
		return le.AppendUint32(b, size)
	case kind == "SQ" || kind == "OW":
		return le.AppendUint32(append(append(b, kind...), 0, 0), size)
	}
	return le.AppendUint16(append(b, kind...), uint16(size))
}

func (d dicom) sequence(tag uint32, items [][]byte) []byte {
	const undefined = 0xffff_ffff
	var b []byte
	for _, item := range items {
		if d.undefined {
			b = slices.Concat(b, d.head("", 0xfffe_e000, undefined), item, d.head("", 0xfffe_e00d, 0))
			continue
		}
		b = slices.Concat(b, d.head("", 0xfffe_e000, uint32(len(item))), item)
	}
	if d.undefined {
		return slices.Concat(d.head("SQ", tag, undefined), b, d.head("", 0xfffe_e0dd, 0))
	}
	return append(d.head("SQ", tag, uint32(len(b))), b...)
}
