package scp

import (
	"encoding/binary"

	"systole/shared/ecg/recording/internal/raw"
)

// Source: EN 1064, annex C: Huffman codes of SCP-ECG.

// huffmanCode is a code: a prefix, and the bits of a number after it.
type huffmanCode struct {
	prefix, whole int // bits
	value         int // added to the number in the bits after the prefix
	bits          uint32
	table         bool // value is the number of the table to switch to, from 1
}

// huffmanTree decodes prefixes bit by bit.
type huffmanTree struct {
	codes []huffmanCode
	nodes [][2]int32 // the next node; below 0 a code, from -1 down
}

// defaultTable is the table of files without tables: small differences have few
// bits, large ones 8 or 16 after the prefix. The lowest bit comes first.
var defaultTable = [...]huffmanCode{
	{1, 1, 0, 0, false},
	{3, 3, 1, 0b001, false}, {3, 3, -1, 0b101, false},
	{4, 4, 2, 0b0011, false}, {4, 4, -2, 0b1011, false},
	{5, 5, 3, 0b00111, false}, {5, 5, -3, 0b10111, false},
	{6, 6, 4, 0b001111, false}, {6, 6, -4, 0b101111, false},
	{7, 7, 5, 0b0011111, false}, {7, 7, -5, 0b1011111, false},
	{8, 8, 6, 0b00111111, false}, {8, 8, -6, 0b10111111, false},
	{9, 9, 7, 0b001111111, false}, {9, 9, -7, 0b101111111, false},
	{10, 10, 8, 0b0011111111, false}, {10, 10, -8, 0b1011111111, false},
	{10, 18, 0, 0b0111111111, false}, {10, 26, 0, 0b1111111111, false},
}

// treesOf reads the section of tables. It returns nil if samples aren't packed.
func treesOf(b []byte) ([]huffmanTree, error) {
	const standard, mostTables, mostCodes = 19999, 16, 512
	broken := raw.Refuse(raw.Unreadable, 0, "its table of codes is broken: export the ECG again")
	if len(b) < 2 {
		return nil, nil
	}
	tables := int(binary.LittleEndian.Uint16(b))
	if tables == standard {
		tree, _ := newHuffmanTree(defaultTable[:])
		return []huffmanTree{tree}, nil
	}
	if tables > mostTables {
		return nil, broken
	}
	b = b[2:]
	var trees []huffmanTree
	for range tables {
		if len(b) < 2 {
			return nil, broken
		}
		n := int(binary.LittleEndian.Uint16(b))
		b = b[2:]
		if n < 1 || n > mostCodes || len(b) < 9*n {
			return nil, broken
		}
		codes := make([]huffmanCode, n)
		for i := range codes {
			codes[i] = huffmanCode{int(b[0]), int(b[1]), int(int16(binary.LittleEndian.Uint16(b[3:]))), binary.LittleEndian.Uint32(b[5:]), b[2] == 0}
			b = b[9:]
		}
		tree, ok := newHuffmanTree(codes)
		if !ok {
			return nil, broken
		}
		trees = append(trees, tree)
	}
	return trees, nil
}

// newHuffmanTree makes the tree of a table. ok is false if one code is the
// beginning of another.
func newHuffmanTree(codes []huffmanCode) (tree huffmanTree, ok bool) {
	tree = huffmanTree{codes, make([][2]int32, 1, 2*len(codes))}
	for i, c := range codes {
		if c.prefix < 1 || c.prefix > 32 || c.whole < c.prefix || c.whole > c.prefix+32 {
			return tree, false
		}
		node := int32(0)
		for bit := range c.prefix {
			next := &tree.nodes[node][c.bits>>bit&1]
			switch last := bit == c.prefix-1; {
			case *next < 0, last && *next != 0:
				return tree, false
			case last:
				*next = int32(-1 - i)
			case *next == 0:
				*next = int32(len(tree.nodes))
				node = *next
				tree.nodes = append(tree.nodes, [2]int32{})
			default:
				node = *next
			}
		}
	}
	return tree, true
}

// codeReader reads numbers from packed bits, or from words of 16 bits if there
// are no tables.
type codeReader struct {
	data  []byte
	trees []huffmanTree
	table int
	at    int // position in bits
}

// most returns the greatest possible number of numbers.
func (s *codeReader) most() int {
	if s.trees == nil {
		return len(s.data) / 2
	}
	return 8 * len(s.data)
}

// next reads one number; ok is false at the end, or for bits that are no code.
func (s *codeReader) next() (x int, ok bool) {
	if s.trees == nil {
		if s.at/8+2 > len(s.data) {
			return 0, false
		}
		x = int(int16(binary.LittleEndian.Uint16(s.data[s.at/8:])))
		s.at += 16
		return x, true
	}
	for {
		c, ok := s.code()
		if !ok {
			return 0, false
		}
		if !c.table {
			x, ok := s.signed(c.whole - c.prefix)
			return c.value + x, ok
		}
		if c.value < 1 || c.value > len(s.trees) {
			return 0, false
		}
		s.table = c.value - 1
	}
}

// code reads a prefix.
func (s *codeReader) code() (huffmanCode, bool) {
	tree := &s.trees[s.table]
	for node := int32(0); s.at < 8*len(s.data); {
		node = tree.nodes[node][s.data[s.at/8]>>(7-s.at%8)&1]
		s.at++
		if node < 0 {
			return tree.codes[-1-node], true
		}
		if node == 0 {
			break // no code begins with these bits
		}
	}
	return huffmanCode{}, false
}

// signed reads a signed number of the given number of bits, the highest first.
func (s *codeReader) signed(bits int) (x int, ok bool) {
	if s.at+bits > 8*len(s.data) {
		return 0, false
	}
	for i := range bits {
		bit := int(s.data[s.at/8] >> (7 - s.at%8) & 1)
		if i == 0 {
			bit = -bit
		}
		x = 2*x + bit
		s.at++
	}
	return x, true
}
