package matrix

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"systole/shared/ecg/recording/internal/raw"
)

// hdf5Array holds an array's header.
type hdf5Array struct {
	shape   []int
	packing raw.Packing
	numeric bool
	layout  []byte
	filters []int // in the order in which they were applied
	unknown bool  // one of them isn't supported
}

// The kinds of layout that are read.
const (
	layoutCompact    = 0
	layoutContiguous = 1
	layoutChunked    = 2
)

// keep reads an array of at most two dimensions longer than 1.
func (f *hdf5) keep(name string, a hdf5Array) error {
	rows, columns, ok := plane(a.shape)
	b := a.layout
	if !ok || len(b) < 4 || b[0] != 3 || a.unknown {
		f.unread = f.unread || rows*columns > 1
		return nil
	}
	size := rows * columns * a.packing.Width
	var numbers []byte
	switch b[1] {
	case layoutCompact:
		numbers = b[4:]
	case layoutContiguous:
		if len(b) >= 18 {
			numbers = f.at(binary.LittleEndian.Uint64(b[2:]))
		}
	case layoutChunked:
		if int64(size) > f.budget.Left() {
			return raw.ErrTooLarge
		}
		var err error
		if numbers, err = f.chunks(a, size); err != nil {
			return err
		}
	}
	f.variables = append(f.variables, variable{
		name: name, rows: rows, columns: columns, byRows: true,
		numbers: numbers[:min(size, len(numbers))], packing: a.packing,
	})
	return nil
}

// plane returns a shape without its dimensions of 1, if at most two are left.
func plane(shape []int) (rows, columns int, ok bool) {
	long := [2]int{1, 1}
	n := 0
	for _, d := range shape {
		if d == 1 {
			continue
		}
		if n == 2 || d < 1 || d > raw.MaxBytes {
			return 0, 0, false
		}
		long[n] = d
		n++
	}
	if long[1] > raw.MaxBytes/long[0] {
		return 0, 0, false
	}
	return long[0], long[1], true
}

// chunks assembles an array from its chunks. Values outside all chunks are 0.
func (f *hdf5) chunks(a hdf5Array, size int) ([]byte, error) {
	rank := int(a.layout[2]) - 1
	if rank != len(a.shape) || rank < 1 || rank > maxHDF5Rank || len(a.layout) < 11+4*rank {
		f.unread = true
		return nil, nil
	}
	piece := make([]int, rank)
	bytesOf := a.packing.Width
	for i := range piece {
		piece[i] = int(binary.LittleEndian.Uint32(a.layout[11+4*i:]))
		if piece[i] < 1 || piece[i] > raw.MaxBytes/bytesOf {
			return nil, nil
		}
		bytesOf *= piece[i]
	}
	out := make([]byte, size)
	err := f.leaves(binary.LittleEndian.Uint64(a.layout[3:]), 8+8*(rank+1), nil, func(key, node []byte) error {
		stored := int(binary.LittleEndian.Uint32(key))
		content, err := f.unfilter(node[:min(stored, len(node))], a, bytesOf)
		if err != nil || len(content) < bytesOf {
			return err // a damaged chunk is left out
		}
		offset := make([]int, rank)
		for i := range offset {
			at := binary.LittleEndian.Uint64(key[8+8*i:])
			if at > math.MaxInt32 {
				return nil
			}
			offset[i] = int(at)
		}
		place(out, content, a.shape, piece, offset, a.packing.Width)
		return nil
	})
	return out, err
}

// place copies a chunk to its offset in the array, row by row of the last
// dimension.
func place(out, content []byte, shape, piece, offset []int, width int) {
	last := len(shape) - 1
	run := min(piece[last], shape[last]-offset[last])
	if run <= 0 {
		return
	}
	index := make([]int, last)
	for from := 0; ; from += piece[last] * width {
		to, inside := 0, true
		for i := range index {
			at := offset[i] + index[i]
			inside = inside && at < shape[i]
			to = to*shape[i] + at
		}
		to = (to*shape[last] + offset[last]) * width
		if inside {
			copy(out[to:], content[from:from+run*width])
		}
		i := last - 1
		for ; i >= 0; i-- {
			if index[i]++; index[i] < piece[i] {
				break
			}
			index[i] = 0
		}
		if i < 0 {
			return
		}
	}
}

// The supported filters, by their registered numbers.
const (
	filterDeflate    = 1
	filterShuffle    = 2
	filterFletcher32 = 3
)

// unfilter undoes the filters of a chunk of the given size in bytes, the last
// first.
func (f *hdf5) unfilter(b []byte, a hdf5Array, size int) ([]byte, error) {
	for _, filter := range slices.Backward(a.filters) {
		switch filter {
		case filterFletcher32:
			b = b[:max(0, len(b)-4)]
		case filterShuffle:
			b = unshuffle(b, a.packing.Width)
		case filterDeflate:
			z, err := zlib.NewReader(bytes.NewReader(b))
			if err != nil {
				return nil, nil
			}
			if b, err = f.budget.Unpack(z, int64(size)); errors.Is(err, raw.ErrTooLarge) {
				return nil, err
			}
		}
	}
	return b, nil
}

// unshuffle restores the bytes of each number: shuffled, all first bytes come
// before all second ones.
func unshuffle(b []byte, width int) []byte {
	n := len(b) / width
	out := make([]byte, n*width)
	for i := range n {
		for j := range width {
			out[i*width+j] = b[j*n+i]
		}
	}
	return out
}
