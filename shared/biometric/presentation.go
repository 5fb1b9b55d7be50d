package biometric

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// This file is the presentation attack detection of a check (ISO/IEC 30107-1):
// no recording is accepted that was used before or that no living body made.

// probe is a recording to check.
type probe struct {
	reading  Reading
	id       string // of its digest beside the member
	ring     protect.Ring
	keys     []protect.Derived // of its member's digests
	digest   []byte            // sealed for the member's row
	key      string            // of the request
	repeated bool              // whether the request was admitted before
	// registered reports whether the probe may have been admitted, and so counted.
	registered bool
}

// readProbe reads the single recording of a check.
func (s *Service) readProbe(ctx context.Context, session store.Session, c Check) (*probe, error) {
	ring, err := s.ring(ctx)
	if err != nil {
		return nil, err
	}
	p := new(probe)
	err = s.work(ctx, session, c.Submission, func(files [][]byte) error {
		recording, err := s.only(ctx, files)
		if err != nil {
			return err
		}
		if p.reading, err = recording.Read(c.Hints); err != nil {
			return err
		}
		if err := p.reading.Usable(ProbeNeed); err != nil {
			return err
		}
		p.ring, p.keys = ring, digestKeys(ring, session.PK)
		p.digest, err = ring.Seal(digestPlace(session.PK), s.rand, func([32]byte) ([]byte, error) {
			return digestAtRest(p.keys, p.reading)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.key, err = requestKey(p.keys[0], session, c); err != nil {
		return nil, err
	}
	random := make([]byte, 8)
	if _, err := io.ReadFull(s.rand, random); err != nil {
		return nil, fmt.Errorf("draw id: %w", err)
	}
	p.id = hex.EncodeToString(random)
	return p, nil
}

// only returns the single recording of the files, else fault.TooManyFiles.
func (s *Service) only(ctx context.Context, files [][]byte) (Recording, error) {
	recordings := s.engine.Group(ctx, files)
	if len(recordings) != 1 {
		return nil, fault.New(fault.TooManyFiles)
	}
	return recordings[0], nil
}

// admissions bounds the attempts to admit a probe while other requests change the
// member's row.
const admissions = 3

// present reads the session's member and, in the same call, admits the probe: its
// digest is stored beside the member, and the check counts as failed, before any
// other check is decided. A repetition of the last admitted request finds its
// digest there and isn't counted again. Without a probe, present only reads the
// member.
//
// The errors are fault.TokenInvalid, fault.NoModel and those of mayCheck.
func (s *Service) present(ctx context.Context, session store.Session, p *probe) (store.Member, error) {
	if p == nil {
		return s.owner(ctx, session)
	}
	for range admissions {
		now := s.now()
		presented := store.Probe{ID: p.id, Digest: p.digest, At: now, Limit: checkLimit, Key: p.key, Since: now.Add(-repeatWithin)}
		m, err := s.members.RegisterProbe(ctx, session, presented)
		p.registered = !errors.Is(err, store.ErrConflict)
		if p.registered {
			return s.confirmed(session, m, err)
		}
		if presented.Repeats(m.LastCheck) {
			p.repeated, p.id = true, m.LastCheck.ID
			return s.confirmed(session, m, nil)
		}
		if err := s.refused(session, m, now); err != nil {
			return store.Member{}, err
		}
	}
	return store.Member{}, tooManyChecks(time.Second)
}

// refused returns the error that forbids the session's checks now, nil if a probe
// would be admitted.
func (s *Service) refused(session store.Session, m store.Member, now time.Time) error {
	if err := s.tokens.Confirm(session, m); err != nil {
		return err
	}
	if m.Template == nil {
		return fault.New(fault.NoModel)
	}
	return mayCheck(*m.Template, now)
}

// withdraw removes the digest of a probe that was not compared, and takes its
// count back. If that fails, the recording counts as used, and the check as
// failed.
func (s *Service) withdraw(ctx context.Context, session store.Session, m store.Member, p *probe) {
	if p == nil || !p.registered {
		return
	}
	bestEffort(ctx, func(ctx context.Context) error {
		if m.Template != nil {
			err := s.members.WithdrawProbe(ctx, session.Username, m.Template.Version, p.id)
			if !errors.Is(err, store.ErrConflict) {
				return err
			}
		}
		return s.members.RemoveProbe(ctx, session.Username, p.id)
	})
}

// checkPresentation returns fault.Replay for a recording that was used before,
// and fault.Unnatural for one that no living body made.
func (s *Service) checkPresentation(p *probe, m store.Member, ref reference) error {
	if s.replayed(p, history(p.ring, ref.content, m, p.own())) {
		return fault.New(fault.Replay)
	}
	if !p.reading.Natural() {
		return fault.New(fault.Unnatural)
	}
	return nil
}

// digestKeys returns the keys of a member's digests, the current one first. Each
// member has keys of their own. Another purpose string would make other keys,
// under which no stored digest matches.
func digestKeys(ring protect.Ring, pk int64) []protect.Derived {
	return ring.Derive("prints of " + strconv.FormatInt(pk, 10))
}

// digestAtRest returns a reading's digest under the current key, behind the key's
// id: after a rotation a probe is compared with each digest under that digest's
// key.
func digestAtRest(keys []protect.Derived, r Reading) ([]byte, error) {
	digest, err := r.Digest(keys[0].Secret)
	if err != nil {
		return nil, fmt.Errorf("digest recording: %w", err)
	}
	return append(keys[0].ID[:], digest...), nil
}

// replayed reports whether the probe is one of the recordings in the history, a
// part of one, or put together from them.
func (s *Service) replayed(p *probe, history [][]byte) bool {
	for _, key := range p.keys {
		var earlier [][]byte
		for _, at := range history {
			if digest, ok := bytes.CutPrefix(at, key.ID[:]); ok {
				earlier = append(earlier, digest)
			}
		}
		if s.engine.Replayed(p.reading, key.Secret, earlier) {
			return true
		}
	}
	return false
}

// history holds the digests of the member's recordings, except the probe's own.
func history(ring protect.Ring, c *content, m store.Member, own []string) [][]byte {
	others := slices.DeleteFunc(m.DigestIDs(), func(id string) bool { return slices.Contains(own, id) })
	all := c.digests()
	for i, digest := range all {
		all[i] = openDigest(ring, m.PK, digest)
	}
	return append(all, beside(ring, m, others)...)
}

// digestPlace is the place that digests in a member's row are sealed for. They
// are sealed because two digests of one recording could be linked by the
// distances within them.
func digestPlace(pk int64) string { return "digests/" + strconv.FormatInt(pk, 10) }

// beside returns the digests with these ids in the member's row, opened.
func beside(ring protect.Ring, m store.Member, ids []string) [][]byte {
	all := make([][]byte, 0, len(ids))
	for _, id := range ids {
		all = append(all, openDigest(ring, m.PK, m.Digests[id]))
	}
	return all
}

// openDigest opens a digest that was sealed for a member's row. A digest that was
// never sealed is returned unchanged, and so is one whose key isn't in the ring:
// the key may return.
func openDigest(ring protect.Ring, pk int64, digest []byte) []byte {
	opened, _, _, err := ring.Open(digestPlace(pk), digest)
	if err != nil {
		return digest
	}
	return opened
}
