package biometric

import (
	"encoding/binary"
	"errors"
	"slices"
)

// content is the plaintext of a template's object.
type content struct {
	template []byte
	enrolled [][]byte // digests of the recordings that the member enrolled with, the latest last
	checked  [][]byte // digests of those that were accepted in checks, the latest last
	// supplement is the stored form of a newer template (supplement.go), nil for
	// none. A version of the service without supplements takes it for a digest of
	// an enrolment.
	supplement []byte
}

// enrol adds digests of an enrolment, and drops the oldest beyond maxEnrolled.
func (c *content) enrol(digests ...[]byte) {
	c.enrolled = append(c.enrolled, digests...)
	c.enrolled = c.enrolled[max(0, len(c.enrolled)-maxEnrolled):]
}

// remember adds digests of checks, and drops the oldest beyond maxChecked.
func (c *content) remember(digests ...[]byte) {
	c.checked = append(c.checked, digests...)
	c.checked = c.checked[max(0, len(c.checked)-maxChecked):]
}

// digests returns those of both lists.
func (c *content) digests() [][]byte {
	return append(append([][]byte(nil), c.enrolled...), c.checked...)
}

// marshal writes the template, then the digests as two lists. Each part follows
// its length, each list its count, as variable-length integers. The supplement is
// the last entry of the first list.
func (c *content) marshal() []byte {
	b := appendPart(nil, c.template)
	enrolled := c.enrolled
	if c.supplement != nil {
		enrolled = append(slices.Clip(enrolled), c.supplement)
	}
	for _, list := range [][][]byte{enrolled, c.checked} {
		b = binary.AppendUvarint(b, uint64(len(list)))
		for _, part := range list {
			b = appendPart(b, part)
		}
	}
	return b
}

func appendPart(b, part []byte) []byte {
	return append(binary.AppendUvarint(b, uint64(len(part))), part...)
}

var errContent = errors.New("not the content of a template's object")

// parseContent parses the output of marshal. The content shares b's memory.
func parseContent(b []byte) (*content, error) {
	r := parts{rest: b}
	c := &content{template: r.part(), enrolled: r.list(), checked: r.list()}
	if r.failed || len(r.rest) > 0 {
		return nil, errContent
	}
	c.enrolled = slices.DeleteFunc(c.enrolled, func(entry []byte) bool {
		if !isSupplement(entry) {
			return false
		}
		c.supplement = entry
		return true
	})
	return c, nil
}

// parts takes values from the front of bytes; after the first failure it
// returns none.
type parts struct {
	rest   []byte
	failed bool
}

func (r *parts) number() uint64 {
	n, length := binary.Uvarint(r.rest)
	if length <= 0 {
		r.failed, r.rest = true, nil
		return 0
	}
	r.rest = r.rest[length:]
	return n
}

func (r *parts) part() []byte {
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	part := r.rest[:n:n]
	r.rest = r.rest[n:]
	return part
}

func (r *parts) list() [][]byte {
	var list [][]byte
	n := r.number()
	if n > uint64(len(r.rest)) {
		r.failed, r.rest = true, nil
		return nil
	}
	for range n {
		list = append(list, r.part())
	}
	return list
}
