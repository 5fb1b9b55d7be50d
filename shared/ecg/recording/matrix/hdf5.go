package matrix

import (
	"bytes"
	"encoding/binary"
	"slices"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: The HDF Group, HDF5 File Format Specification 3.0. The reader covers
// the defaults of MATLAB 7.3 and h5py: superblocks 0 to 3, groups of symbol
// tables or compact links, arrays of numbers stored whole or in chunks under a
// B-tree of version 1, with the filters deflate, shuffle and fletcher32.

const hdf5Magic = "\x89HDF\r\n\x1a\n"

// IsHDF5 recognises HDF5 files, which MATLAB writes from version 7.3 on. MATLAB
// puts 512 bytes of its own before the format's.
func IsHDF5(data []byte) bool { return hdf5Base(data) >= 0 }

// hdf5Base returns the place in the data where the file begins, -1 if there is
// none.
func hdf5Base(data []byte) int {
	for base := 0; base <= 2048; base = max(512, 2*base) {
		if bytes.HasPrefix(data[min(base, len(data)):], []byte(hdf5Magic)) {
			return base
		}
	}
	return -1
}

// Limits on the walk through a file.
const (
	maxHDF5Objects = 1000 // groups and arrays
	maxHDF5Depth   = 4    // nested groups
	maxHDF5Nodes   = 20_000
	maxHDF5Rank    = 4
)

// hdf5 is an HDF5 file being read. Addresses are relative to its base.
type hdf5 struct {
	data      []byte
	budget    *raw.Budget
	objects   int
	nodes     int
	unread    bool // an array has a form that isn't read
	variables []variable
}

// ReadHDF5 reads the arrays of an HDF5 file and the numbers in its attributes.
func ReadHDF5(data []byte, o raw.Options) (*raw.Recording, error) {
	f := &hdf5{data: data[hdf5Base(data):], budget: o.Budget}
	root, ok := f.root()
	if !ok {
		return nil, raw.Refuse(raw.Unreadable, 0, "it is an HDF5 file whose beginning is damaged: send it again")
	}
	if err := f.object(root, "", 0); err != nil {
		return nil, err
	}
	if f.unread && !slices.ContainsFunc(f.variables, func(v variable) bool { return v.rows*v.columns > 1 }) {
		return nil, raw.Refuse(raw.Unsupported, 0, "it is an HDF5 file stored in a way that isn't read: save it with -v7, with gzip or without compression, or as CSV")
	}
	return readVariables(f.variables, o)
}

// root returns the address of the root group's header.
func (f *hdf5) root() (address uint64, ok bool) {
	b := f.data
	if len(b) < 100 {
		return 0, false
	}
	switch version := b[8]; {
	case version <= 1 && b[13] == 8 && b[14] == 8:
		at := 24 + 4*int(version) // version 1 has one number more
		return binary.LittleEndian.Uint64(b[at+32+8:]), true
	case version <= 3 && b[9] == 8 && b[10] == 8:
		return binary.LittleEndian.Uint64(b[36:]), true
	}
	return 0, false
}

// at returns the bytes at an address, nil beyond the end.
func (f *hdf5) at(address uint64) []byte {
	if address >= uint64(len(f.data)) {
		return nil
	}
	return f.data[address:]
}

// object reads the header at an address: a group is followed, an array is kept as
// a variable, with the numbers among its attributes.
func (f *hdf5) object(address uint64, name string, depth int) error {
	if f.objects++; f.objects > maxHDF5Objects {
		return raw.Refuse(raw.Unsupported, 0, "it has more than %d arrays: save the recording alone", maxHDF5Objects)
	}
	if err := f.budget.Err(); err != nil {
		return err
	}
	var array hdf5Array
	for _, m := range f.messages(address) {
		switch m.kind {
		case messageDataspace:
			array.shape = dimensionsOf(m.body)
		case messageDatatype:
			array.packing, array.numeric = numberOf(m.body)
		case messageLayout:
			array.layout = m.body
		case messageFilters:
			array.filters, array.unknown = filtersOf(m.body)
		case messageAttribute:
			f.attribute(m.body)
		case messageLink:
			if child, target, ok := linkOf(m.body); ok && depth < maxHDF5Depth {
				if err := f.object(target, child, depth+1); err != nil {
					return err
				}
			}
		case messageSymbols:
			if err := f.symbols(m.body, depth); err != nil {
				return err
			}
		}
	}
	if array.layout == nil || !array.numeric {
		return nil
	}
	return f.keep(name, array)
}

// symbols follows a group's symbol table.
func (f *hdf5) symbols(body []byte, depth int) error {
	if len(body) < 16 || depth >= maxHDF5Depth {
		return nil
	}
	tree, heap := binary.LittleEndian.Uint64(body), f.at(binary.LittleEndian.Uint64(body[8:]))
	if len(heap) < 32 || string(heap[:4]) != "HEAP" {
		return nil
	}
	names := f.at(binary.LittleEndian.Uint64(heap[24:]))
	return f.leaves(tree, 8, func(node []byte) error {
		if len(node) < 8 || string(node[:4]) != "SNOD" {
			return nil
		}
		count := int(binary.LittleEndian.Uint16(node[6:]))
		for entry := node[8:]; count > 0 && len(entry) >= 40; count, entry = count-1, entry[40:] {
			at := binary.LittleEndian.Uint64(entry)
			if at >= uint64(len(names)) {
				continue
			}
			name, _, _ := bytes.Cut(names[at:min(at+256, uint64(len(names)))], []byte{0})
			if err := f.object(binary.LittleEndian.Uint64(entry[8:]), string(name), depth+1); err != nil {
				return err
			}
		}
		return nil
	}, nil)
}

// leaves walks a B-tree of version 1 whose keys have the given number of bytes,
// and calls visit with each leaf; chunk, unless it is nil, is also called with
// the key of the leaf.
func (f *hdf5) leaves(address uint64, key int, visit func(node []byte) error, chunk func(key, node []byte) error) error {
	if f.nodes++; f.nodes > maxHDF5Nodes {
		return raw.Refuse(raw.Unsupported, 0, "it has more than %d pieces: save the recording alone", maxHDF5Nodes)
	}
	node := f.at(address)
	if len(node) < 24 || string(node[:4]) != "TREE" {
		return nil
	}
	level, count := node[5], int(binary.LittleEndian.Uint16(node[6:]))
	for b := node[24:]; count > 0 && len(b) >= key+8; count, b = count-1, b[key+8:] {
		child := binary.LittleEndian.Uint64(b[key:])
		var err error
		switch {
		case level > 0 && child > address: // children have higher addresses, so there is no cycle
			err = f.leaves(child, key, visit, chunk)
		case level > 0:
		case chunk != nil:
			err = chunk(b[:key], f.at(child))
		default:
			err = visit(f.at(child))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// attribute keeps a numeric attribute as a variable of its name.
func (f *hdf5) attribute(b []byte) {
	if len(b) < 8 {
		return
	}
	version, pad := b[0], 1
	sizes := [3]int{int(binary.LittleEndian.Uint16(b[2:])), int(binary.LittleEndian.Uint16(b[4:])), int(binary.LittleEndian.Uint16(b[6:]))}
	b = b[8:]
	if version == 1 {
		pad = 8
	}
	if version == 3 && len(b) > 0 {
		b = b[1:] // character set
	}
	var parts [3][]byte // name, type, dataspace
	for i, size := range sizes {
		padded := (size + pad - 1) / pad * pad
		if len(b) < padded {
			return
		}
		parts[i], b = b[:size], b[padded:]
	}
	name, _, _ := bytes.Cut(parts[0], []byte{0})
	p, ok := numberOf(parts[1])
	shape := dimensionsOf(parts[2])
	for _, n := range shape {
		ok = ok && n == 1
	}
	if ok && len(b) >= p.Width {
		f.variables = append(f.variables, variable{name: string(name), rows: 1, columns: 1, numbers: b[:p.Width], packing: p})
	}
}
