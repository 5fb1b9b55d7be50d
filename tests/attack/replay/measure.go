package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"slices"

	"systole/shared/ecg"
	"systole/shared/ecg/fingerprint"
)

// row is one kind of trial on one database.
type row struct {
	group, kind, database string
	tried                 int
	unusable              int // refused before anything else is looked at
	refused               int // for what the group is about
}

// measurement is all rows in the order in which they came up.
type measurement struct{ rows []*row }

func (m *measurement) row(group, kind, database string) *row {
	i := slices.IndexFunc(m.rows, func(r *row) bool { return r.group == group && r.kind == kind && r.database == database })
	if i < 0 {
		m.rows = append(m.rows, &row{group: group, kind: kind, database: database})
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
	groupAttacks  = "attacks"
)

// strictness is the false match rate at which the service decides by default.
const strictness = 0.001

func (m *measurement) measure(people []*person, seed uint64, part int, progress io.Writer) {
	random := rand.New(rand.NewPCG(seed, 0))
	maker := fingerprint.New(fingerprint.Key{byte(seed)})
	for i, p := range people {
		if i%10 == 0 {
			fmt.Fprintf(progress, "\rperson %d of %d ", i+1, len(people))
		}
		var prints []fingerprint.Print
		for _, r := range p.recordings {
			prints = append(prints, r.reading.Fingerprint(maker))
		}
		if p.enrolled != nil {
			prints = append(prints, p.enrolled.reading.Fingerprint(maker))
		}
		m.genuine(p, prints)
		for k := 0; k < len(p.recordings); k += part {
			m.disguised(groupChecks, p, p.recordings[k].signal, prints, maker, random)
			m.attacked(p, p.recordings[k], random)
		}
		if p.enrolled != nil {
			for range max(1, len(p.recordings)/3/part) {
				m.disguised(groupEnrolled, p, pieceOf(p.enrolled.signal, random), prints, maker, random)
			}
		}
	}
	for number := uint64(0); number < 400; number += uint64(part) {
		m.invented(number)
	}
	fmt.Fprint(progress, "\r")
}

// genuine puts each recording to all others of the person, and to half of them.
func (m *measurement) genuine(p *person, prints []fingerprint.Print) {
	for i, r := range p.recordings {
		others := slices.Delete(slices.Clone(prints), i, i+1)
		var half []fingerprint.Print
		for _, other := range others {
			half = append(half, other[:len(other)/2])
		}
		m.row(groupNew, "to all others", p.database).count(false, fingerprint.Replayed(prints[i], others))
		m.row(groupNew, "to half of them", p.database).count(false, fingerprint.Replayed(prints[i], half))
		m.row(groupNatural, "", p.database).count(false, !r.reading.Natural())
	}
}

// disguised puts a used recording in each disguise to all of the person's.
func (m *measurement) disguised(group string, p *person, used ecg.Signal, prints []fingerprint.Print, maker *fingerprint.Maker, random *rand.Rand) {
	for _, d := range disguises {
		reading, ok := usable(d.apply(used, random))
		refused := ok && fingerprint.Replayed(reading.Fingerprint(maker), prints)
		m.row(group, d.name, p.database).count(!ok, refused)
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
			m.attack(a.name, p.database, template, made)
		}
	}
}

// attack counts as refused what isn't taken for a living heart or not for the
// template's.
func (m *measurement) attack(name, database string, template *ecg.Template, made ecg.Signal) {
	row := m.row(groupAttacks, name, database)
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
