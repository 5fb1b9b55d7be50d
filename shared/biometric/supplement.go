package biometric

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"systole/shared/biometric/protect"
)

// A supplement is what a version of the service that knows a newer algorithm stores
// beside a template: a template of that algorithm. It lies as an entry among the digests of
// enrolments, because versions that don't know it keep those as they are, and match nothing
// with an entry that is no digest: after a rollback they go on with the template, and an
// update goes on with the supplement.
//
// The entry is the id of a key, a mark that begins no digest, and JSON.
const supplementMark = "supplement1 "

// supplement is the JSON of the entry.
type supplement struct {
	// Base is when the last day was added to the template beside it, in ns since
	// 1970. A version that doesn't know the supplement may enrol again or add a day:
	// the supplement isn't of that template, and lapses.
	Base int64 `json:"base"`
	// Salt makes, with the key, the seed that Template is transformed under.
	Salt     []byte `json:"salt"`
	Template []byte `json:"template"`
	LastDay  int64  `json:"last_day"`
	Checks   int    `json:"checks"`
	Decides  bool   `json:"decides"`
}

// isSupplement reports whether an entry is none of a digest.
func isSupplement(entry []byte) bool {
	const id = len(protect.KeyID{})
	return len(entry) > id && bytes.HasPrefix(entry[id:], []byte(supplementMark))
}

// supplementOf is the entry for a newer template beside one whose last day was base.
func supplementOf(ring protect.Ring, random io.Reader, n newer, base time.Time) ([]byte, error) {
	salt := make([]byte, len([32]byte{}))
	if _, err := io.ReadFull(random, salt); err != nil {
		return nil, fmt.Errorf("draw salt: %w", err)
	}
	keys := supplementKeys(ring, salt)
	if len(keys) == 0 {
		return nil, protect.ErrKey
	}
	b, err := n.Marshal(keys[0].Secret)
	if err != nil {
		return nil, err
	}
	written, err := json.Marshal(supplement{
		Base: base.UnixNano(), Salt: salt, Template: b, LastDay: n.lastDay.UnixNano(), Checks: n.checks, Decides: n.decides,
	})
	if err != nil {
		return nil, err
	}
	return append(append(keys[0].ID[:], supplementMark...), written...), nil
}

// supplementKeys are the seeds of a salt, by key.
func supplementKeys(ring protect.Ring, salt []byte) []protect.Derived {
	return ring.Derive("supplement " + hex.EncodeToString(salt))
}

// openSupplement opens an entry beside a template whose last day was base. It returns
// nil without a newer template; kept says that the entry stays, for the key or the
// algorithm may come back, and stale that its key isn't the current one.
func (s *Service) openSupplement(ring protect.Ring, entry []byte, base time.Time) (n *newer, kept, stale bool) {
	if entry == nil {
		return nil, false, false
	}
	var written supplement
	id, text := protect.KeyID(entry), entry[len(protect.KeyID{})+len(supplementMark):]
	if err := json.Unmarshal(text, &written); err != nil || written.Base != base.UnixNano() {
		return nil, false, false
	}
	for i, key := range supplementKeys(ring, written.Salt) {
		if key.ID != id {
			continue
		}
		t, err := s.engine.Open(written.Template, key.Secret)
		if err != nil {
			return nil, errors.Is(err, ErrObsolete), i > 0
		}
		return &newer{t, time.Unix(0, written.LastDay).UTC(), written.Checks, written.Decides}, false, i > 0
	}
	return nil, true, false
}
