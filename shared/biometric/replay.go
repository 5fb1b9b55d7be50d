package biometric

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"strconv"

	"systole/shared/biometric/protect"
	"systole/shared/biometric/request"
	"systole/shared/ecg"
	"systole/shared/ecg/fingerprint"
	"systole/shared/store"
)

// A print at rest begins with the id of the key that it was made under: after a
// rotation a probe is compared with each under its own key.

// prints are a reading's, one under each of the service's keys, as they are at
// rest.
type prints []struct {
	id    []byte
	print fingerprint.Print
}

// printsOf makes a member's prints of a reading. Each member has their own keys.
func printsOf(ring protect.Ring, pk int64, r *ecg.Reading) prints {
	var all prints
	for _, k := range ring.Derive("prints of " + strconv.FormatInt(pk, 10)) {
		all = append(all, struct {
			id    []byte
			print fingerprint.Print
		}{k.ID[:], r.Fingerprint(fingerprint.New(fingerprint.Key(k.Secret)))})
	}
	return all
}

// atRest is the print under the current key.
func (p prints) atRest() ([]byte, error) {
	return p[0].print.AppendBinary(bytes.Clone(p[0].id))
}

// replays says whether the recording is one of those, or part of one, that the
// prints at rest are of. What can't be read matches nothing.
func (p prints) replays(history [][]byte) bool {
	for _, own := range p {
		var earlier []fingerprint.Print
		for _, at := range history {
			rest, ok := bytes.CutPrefix(at, own.id)
			if !ok {
				continue
			}
			if print, err := fingerprint.Parse(rest); err == nil {
				earlier = append(earlier, print)
			}
		}
		if fingerprint.Replayed(own.print, earlier) {
			return true
		}
	}
	return false
}

// probe is a recording that can be compared.
type probe struct {
	reading *ecg.Reading
	id      string // under which its print is presented
	prints  prints
}

// examine reads a recording to check.
func (s *Service) examine(ctx context.Context, session store.Session, c request.Check) (*probe, error) {
	files, err := s.recordings(ctx, session, c.Recording)
	if err != nil {
		return nil, err
	}
	parts, err := one(files)
	if err != nil {
		return nil, err
	}
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	p := new(probe)
	err = s.work(ctx, func() (err error) {
		if p.reading, err = s.read(parts, c.Recording); err != nil {
			return err
		}
		if err := p.reading.Usable(); err != nil {
			return Refusal(err)
		}
		p.prints = printsOf(ring, session.PK, p.reading)
		return nil
	})
	if err != nil {
		return nil, err
	}
	random := make([]byte, 8)
	if _, err := io.ReadFull(s.rand, random); err != nil {
		return nil, fmt.Errorf("draw id: %w", err)
	}
	p.id = hex.EncodeToString(random)
	return p, nil
}

// present reads the session's member, and leaves the probe's print with them
// before anybody else's check is compared. Without a probe it only reads.
func (s *Service) present(ctx context.Context, session store.Session, p *probe) (store.Member, error) {
	if p == nil || s.settings.AllowReplays {
		return s.owner(ctx, session)
	}
	print, err := p.prints.atRest()
	if err != nil {
		return store.Member{}, fmt.Errorf("encode print: %w", err)
	}
	m, err := s.members.RegisterProbe(ctx, session.Username, p.id, print)
	return s.confirmed(session, m, err)
}

// history is what is remembered of the member's recordings, this one left out.
func history(c *content, m store.Member, own string) [][]byte {
	all := c.prints()
	for id, print := range m.Digests {
		if id != own {
			all = append(all, print)
		}
	}
	return all
}
