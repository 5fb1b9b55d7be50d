package matrix

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strconv"
	"strings"

	"systole/shared/ecg/recording/internal/archive"
	"systole/shared/ecg/recording/internal/raw"
)

// Source: NumPy, numpy.lib.format.

const numpyMagic = "\x93NUMPY"

// IsNumPy reports whether the file is an array of NumPy.
func IsNumPy(data []byte) bool { return bytes.HasPrefix(data, []byte(numpyMagic)) }

// ReadNumPy reads an array.
func ReadNumPy(data []byte, o raw.Options) (*raw.Recording, error) {
	v, err := parseNumPy(data, "")
	if err != nil {
		return nil, err
	}
	return readVariables([]variable{v}, o)
}

// IsArchive recognises an .npz: a zip of named arrays.
func IsArchive(entries []archive.Entry) bool {
	return !slices.ContainsFunc(entries, func(e archive.Entry) bool { return !strings.HasSuffix(e.Base(), ".npy") })
}

// ReadArchive reads the signal among the arrays of an .npz.
func ReadArchive(entries []archive.Entry, o raw.Options) (*raw.Recording, error) {
	var all []variable
	var first error
	for _, e := range entries[:min(len(entries), archive.MostTried)] {
		data, err := e.All()
		if err != nil {
			return nil, err
		}
		v, err := parseNumPy(data, strings.TrimSuffix(e.Base(), ".npy"))
		if err == nil {
			all = append(all, v)
		} else if first == nil {
			first = err
		}
	}
	if len(all) == 0 {
		return nil, first
	}
	return readVariables(all, o)
}

// parseNumPy reads an array of at most two dimensions longer than 1. Arrays of
// objects, which need Python's pickle, are not read.
func parseNumPy(data []byte, name string) (variable, error) {
	if len(data) < 12 || !IsNumPy(data) {
		return variable{}, raw.Refuse(raw.Unreadable, 0, "it is no array of NumPy, or ends within its header")
	}
	size, body := int(binary.LittleEndian.Uint16(data[8:])), data[10:]
	if data[6] > 1 {
		size, body = int(binary.LittleEndian.Uint32(data[8:])), data[12:]
	}
	if size > len(body) || size > 64<<10 {
		return variable{}, raw.Refuse(raw.Unreadable, 0, "it is no array of NumPy, or ends within its header")
	}
	head, numbers := string(body[:size]), body[size:]
	kind, _ := between(head, "'descr': '", "'")
	var order binary.ByteOrder = binary.LittleEndian
	if strings.HasPrefix(kind, ">") {
		order = binary.BigEndian
	}
	packing, ok := raw.PackingOf(strings.TrimLeft(kind, "<>|="), order)
	if !ok {
		return variable{}, raw.Refuse(raw.Unsupported, 0, "its array isn't of plain numbers: save it as float32, float64 or integers")
	}
	byColumns := strings.Contains(head, "'fortran_order': True")
	shape, ok := between(head, "'shape': (", ")")
	dimensions, fine := numpyShape(shape)
	if !ok || !fine {
		return variable{}, raw.Refuse(raw.Unsupported, 0, "its array has not one or two dimensions: save one recording alone")
	}
	v := variable{name, dimensions[0], dimensions[1], !byColumns, false, numbers, packing}
	if !v.whole() {
		return variable{}, raw.Refuse(raw.Unreadable, 0, "it holds fewer numbers than its header says: send it again")
	}
	return v, nil
}

// numpyShape reads "2, 5000" or "5000,". Leading dimensions of 1 don't count.
func numpyShape(shape string) (dimensions [2]int, ok bool) {
	long := 0
	dimensions = [2]int{1, 1}
	for field := range strings.SplitSeq(shape, ",") {
		field = strings.TrimSpace(field)
		if field == "" {
			continue
		}
		n, err := strconv.Atoi(field)
		if err != nil || n < 1 || n > raw.MaxBytes || n > 1 && long == 2 {
			return dimensions, false
		}
		if n > 1 {
			dimensions[long] = n
			long++
		}
	}
	return dimensions, true
}

// between returns the text between two others.
func between(s, before, after string) (string, bool) {
	_, s, ok1 := strings.Cut(s, before)
	s, _, ok2 := strings.Cut(s, after)
	return s, ok1 && ok2
}
