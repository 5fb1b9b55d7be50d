package biometric

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/store"
)

// A supplement stores what a template's own bytes don't tell: when its days were
// added, and a template of a newer algorithm. It is an entry among the digests of
// enrolments. A version without supplements keeps such an entry as it is, and
// compares nothing with it, as it is no digest: after a rollback the service goes
// on with the template alone, and after the next update with the supplement, too.
//
// An entry is the id of a key, a mark that no digest begins with, and JSON.
const supplementMark = "supplement1 "

// supplement is the JSON of the entry. Times are in ns since 1970, 0 for one that
// isn't known.
type supplement struct {
	// Base is when the last day was added to the template that the supplement
	// belongs to, and Weight the template's. A version without supplements may enrol
	// again or add a day: then the supplement is of an earlier template, and lapses.
	Base   int64        `json:"base"`
	Weight float32      `json:"weight"`
	Added  []int64      `json:"added"`
	Newer  *storedNewer `json:"newer,omitempty"`
}

// belongs reports whether the supplement is of the template that a pointer names,
// which is nil if it can't be opened. A version without days of enrolment doesn't
// keep when the last one was added: then the weight tells, which is another one for
// other recordings.
func (s *supplement) belongs(pointer store.Template, base Template) bool {
	if s.Base == lastDay(pointer).UnixNano() {
		return true
	}
	return pointer.LastDay.IsZero() && base != nil && s.Weight == float32(base.Weight())
}

// storedNewer is a newer template as it is stored.
type storedNewer struct {
	// Salt makes, with the key, the seed that Template is transformed under.
	Salt     []byte  `json:"salt"`
	Template []byte  `json:"template"`
	Added    []int64 `json:"added"`
	Begun    int64   `json:"begun"`
	Checks   int     `json:"checks"`
	Agreed   bool    `json:"agreed"`
	Decides  bool    `json:"decides"`
}

// isSupplement reports whether an entry is a supplement, and not a digest.
func isSupplement(entry []byte) bool {
	return bytes.HasPrefix(entry[min(len(entry), len(protect.KeyID{})):], []byte(supplementMark))
}

// supplementOf returns the entry for templates whose base's last day was added at
// lastDay, nil if there is nothing to store.
func supplementOf(ring protect.Ring, random io.Reader, t Templates, lastDay time.Time) ([]byte, error) {
	if t.Newer == nil && len(t.Added) == 1 {
		return nil, nil
	}
	salt := make([]byte, len([32]byte{}))
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("draw salt: %w", err)
	}
	keys := supplementKeys(ring, salt)
	if len(keys) == 0 {
		return nil, protect.ErrKey
	}
	s := supplement{Base: lastDay.UnixNano(), Weight: float32(t.Base.Weight()), Added: stamps(t.Added)}
	if n := t.Newer; n != nil {
		b, err := n.Marshal(keys[0].Secret)
		if err != nil {
			return nil, err
		}
		s.Newer = &storedNewer{salt, b, stamps(n.Added), stamps([]time.Time{n.Begun})[0], n.Checks, n.Agreed, n.Decides}
	}
	written, err := json.Marshal(s)
	return append(append(keys[0].ID[:], supplementMark...), written...), err
}

// supplementKeys returns the seeds of a salt, one for each key.
func supplementKeys(ring protect.Ring, salt []byte) []protect.Derived {
	return ring.Derive("supplement " + hex.EncodeToString(salt))
}

// stamps converts times to their stored form, timesOf stored ones to times.
func stamps(times []time.Time) []int64 {
	all := make([]int64, len(times))
	for i, t := range times {
		if !t.IsZero() {
			all[i] = t.UnixNano()
		}
	}
	return all
}

func timesOf(stamps []int64) []time.Time {
	all := make([]time.Time, len(stamps))
	for i, ns := range stamps {
		if ns != 0 {
			all[i] = time.Unix(0, ns).UTC()
		}
	}
	return all
}

// openedSupplement is the content of an entry.
type openedSupplement struct {
	added []time.Time // nil if the entry tells nothing
	newer *Newer
	kept  bool // the entry stays: the key or the algorithm of its newer template may come back
	stale bool // its key isn't the current one
}

// openSupplement opens an entry beside the template that a pointer names, nil if that
// can't be opened.
func (s *Service) openSupplement(ring protect.Ring, entry []byte, pointer store.Template, base Template) openedSupplement {
	var written supplement
	if entry == nil {
		return openedSupplement{}
	}
	id, text := protect.KeyID(entry), entry[len(protect.KeyID{})+len(supplementMark):]
	if err := json.Unmarshal(text, &written); err != nil || !written.belongs(pointer, base) {
		return openedSupplement{}
	}
	opened := openedSupplement{added: timesOf(written.Added)}
	n := written.Newer
	if n == nil {
		return opened
	}
	keys := supplementKeys(ring, n.Salt)
	i := slices.IndexFunc(keys, func(key protect.Derived) bool { return key.ID == id })
	if i < 0 {
		opened.kept = true
		return opened
	}
	t, err := s.engine.Open(n.Template, keys[i].Secret)
	opened.kept, opened.stale = errors.Is(err, ErrObsolete), i > 0
	if err == nil && len(n.Added) == t.Days() {
		opened.newer = &Newer{t, timesOf(n.Added), timesOf([]int64{n.Begun})[0], n.Checks, n.Agreed || n.Checks > 0, n.Decides}
	}
	return opened
}
