package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"systole/shared/ecg"
	"systole/shared/ecg/replay"
)

// row is one kind of trial on one database.
type row struct {
	group, kind, database string
	learned               bool // of persons that package replay learned from
	tried                 int
	unusable              int // refused before anything else is looked at
	refused               int // for the reason that the group is about
}

// measurement holds all rows in the order of their first trial.
type measurement struct{ rows []*row }

func (m *measurement) row(group, kind, database string, learned bool) *row {
	i := slices.IndexFunc(m.rows, func(r *row) bool {
		return r.group == group && r.kind == kind && r.database == database && r.learned == learned
	})
	if i < 0 {
		m.rows = append(m.rows, &row{group: group, kind: kind, database: database, learned: learned})
		i = len(m.rows) - 1
	}
	return m.rows[i]
}

// The groups of trials.
const (
	groupNew      = "new recordings"
	groupNatural  = "living hearts"
	groupChecks   = "replays of checks"
	groupEnrolled = "replays of enrolments"
	groupPieces   = "put together anew"
	groupAttacks  = "attacks"
)

// strictness is the false match rate at which the service decides by default.
const strictness = 0.001

func (m *measurement) measure(people []*person, seed uint64, part int, progress io.Writer) {
	random := rand.New(rand.NewPCG(seed, 0))
	detector := replay.New(replay.Key{byte(seed)})
	for i, p := range people {
		if i%10 == 0 {
			fmt.Fprintf(progress, "\rperson %d of %d ", i+1, len(people))
		}
		known := known{detector: detector}
		for _, r := range p.recordings {
			known.digests = append(known.digests, r.reading.Digest(detector))
		}
		if p.enrolled != nil {
			known.digests = append(known.digests, p.enrolled.reading.Digest(detector))
		}
		m.genuine(p, known)
		if p.database == ptbxl {
			continue
		}
		for k := random.IntN(part); k < len(p.recordings); k += part {
			m.disguised(groupChecks, p, p.recordings[k].signal, known, random)
			m.reassembled(p, k, known, random)
			m.attacked(p, p.recordings[k], random)
		}
		if p.enrolled != nil {
			for range max(1, len(p.recordings)/3/part) {
				m.disguised(groupEnrolled, p, pieceOf(p.enrolled.signal, random), known, random)
			}
		}
	}
	for number := uint64(0); number < 400; number += uint64(part) {
		m.invented(number)
	}
	fmt.Fprint(progress, "\r")
}

// known holds the stored digests of a person: of their recordings, in order, and
// of the enrolment.
type known struct {
	detector *replay.Detector
	digests  []replay.Digest
}

// but returns known without one recording.
func (k known) but(i int) []replay.Digest {
	return slices.Delete(slices.Clone(k.digests), i, i+1)
}

// genuine compares each recording with all others of the person.
func (m *measurement) genuine(p *person, known known) {
	if len(known.digests) < 2 {
		return
	}
	for i, r := range p.recordings {
		m.row(groupNew, "to all others", p.database, p.learned).count(false, r.reading.Replayed(known.detector, known.but(i)))
		m.row(groupNatural, "", p.database, p.learned).count(false, !r.reading.Natural())
	}
}

// disguised compares a used recording in each disguise with all of the
// person's.
func (m *measurement) disguised(group string, p *person, used ecg.Signal, known known, random *rand.Rand) {
	for _, d := range disguises {
		reading, ok := usable(d.apply(used, random))
		refused := ok && reading.Replayed(known.detector, known.digests)
		m.row(group, d.name, p.database, p.learned).count(!ok, refused)
	}
}

// reassembled compares recordings made of a person's k-th one, and of those
// after it, with all of the person's but the one that new beats are taken of.
// The service refuses such a recording as replayed or as unnatural.
func (m *measurement) reassembled(p *person, k int, known known, random *rand.Rand) {
	n := len(p.recordings)
	if n < 4 {
		return
	}
	used := []ecg.Signal{p.recordings[k].signal, p.recordings[(k+1)%n].signal, p.recordings[(k+2)%n].signal}
	fresh := (k + n - 1) % n
	for _, a := range reassemblies {
		made, ok := a.make(used, p.recordings[fresh].signal, random)
		if !ok {
			continue
		}
		reading, ok := usable(made)
		refused := ok && (reading.Replayed(known.detector, known.but(fresh)) || !reading.Natural())
		m.row(groupPieces, a.name, p.database, p.learned).count(!ok, refused)
	}
}

// attacked tries each attack with a stolen recording, against the template of
// that very recording.
func (m *measurement) attacked(p *person, stolen recording, random *rand.Rand) {
	template, err := enrol(stolen.reading)
	if err != nil {
		return
	}
	for _, a := range attacks {
		made, ok := a.make(stolen.signal, random)
		if ok {
			m.attack(a.name, p.database, p.learned, template, made)
		}
	}
}

// attack counts a recording as refused if it isn't taken for a living heart or
// not for the template's.
func (m *measurement) attack(name, database string, learned bool, template *ecg.Template, made ecg.Signal) {
	row := m.row(groupAttacks, name, database, learned)
	reading, ok := usable(made)
	if !ok {
		row.count(true, false)
		return
	}
	score, err := template.Compare(reading)
	row.count(false, err != nil || !score.Accepted(strictness) || !reading.Natural())
}

func (r *row) count(unusable, refused bool) {
	r.tried++
	switch {
	case unusable:
		r.unusable++
	case refused:
		r.refused++
	}
}
