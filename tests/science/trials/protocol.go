// Package trials defines the comparisons of the named protocols, runs them, and
// counts the errors.
package trials

import (
	"slices"

	"systole/tests/science/cohort"
)

// Span is a part of a recording, in seconds.
type Span struct {
	Recording *cohort.Recording
	From, To  float64
}

// Person holds one person's spans for enrolment and for probes.
type Person struct {
	Name   string
	Enrol  []Span
	Probes []Span
}

// Protocol selects the spans of each person's enrolment and probes; its name is
// that in the table of results.
type Protocol struct {
	Name, Title string
	Database    string
	person      func(sessions [][]*cohort.Recording) Person
}

// Protocols returns the named protocols; other databases have "same" and "later".
func Protocols() []Protocol {
	return []Protocol{
		{"a", "first recording, second of the same day", cohort.ECGID, sameDay},
		{"b", "first day, later days", cohort.ECGID, laterDays},
		{"h1", "first recording, others of the session", cohort.Heartprint, sameSession},
		{"h", "session 1, session 2 (weeks)", cohort.Heartprint, sessions(cohort.Session1, cohort.Session2)},
		{"hR", "session 1, session 3R (a year)", cohort.Heartprint, sessions(cohort.Session1, cohort.Session3R)},
		{"hL", "session 1, session 3L (8 to 10 years)", cohort.Heartprint, sessions(cohort.Session1, cohort.Session3L)},
		{"h2R", "sessions 1 and 2, session 3R", cohort.Heartprint, twoSessions(cohort.Session3R)},
		{"h2L", "sessions 1 and 2, session 3L", cohort.Heartprint, twoSessions(cohort.Session3L)},
	}
}

// OtherProtocols returns the protocols of a database without named ones.
func OtherProtocols(database string) []Protocol {
	return []Protocol{
		{"same", "first recording, others of the session", database, sameSession},
		{"later", "first session, later ones", database, laterDays},
	}
}

const (
	// Probes of longer recordings are windows of windowS seconds, each hopS after
	// the one before; of shorter recordings the probe is the first probeS.
	windowS, hopS = 10, 2
	probeS        = 12
	wholeS        = 600
)

// Whole returns the span of a whole recording.
func Whole(r *cohort.Recording) Span { return Span{r, 0, wholeS} }

// Windows returns the probes of a recording.
func Windows(r *cohort.Recording) []Span {
	seconds := float64(len(r.MV)) / r.RateHz
	if seconds < windowS+3*hopS {
		return []Span{{r, 0, probeS}}
	}
	var spans []Span
	for from := 0.0; from+windowS <= seconds+0.01; from += hopS {
		spans = append(spans, Span{r, from, from + windowS})
	}
	return spans
}

func sameDay(sessions [][]*cohort.Recording) (p Person) {
	first := sessions[0]
	if len(first) < 2 {
		return p
	}
	return Person{Enrol: []Span{Whole(first[0])}, Probes: Windows(first[1])}
}

func laterDays(sessions [][]*cohort.Recording) (p Person) {
	for _, r := range sessions[0] {
		p.Enrol = append(p.Enrol, Whole(r))
	}
	for _, later := range sessions[1:] {
		for _, r := range later {
			p.Probes = append(p.Probes, Windows(r)...)
		}
	}
	return p
}

func sameSession(sessions [][]*cohort.Recording) (p Person) {
	first := sessions[0]
	p.Enrol = []Span{Whole(first[0])}
	for _, r := range first[1:] {
		p.Probes = append(p.Probes, Windows(r)...)
	}
	return p
}

// sessions enrols one whole session and takes another as probes.
func sessions(enrol, probe string) func([][]*cohort.Recording) Person {
	return func(all [][]*cohort.Recording) (p Person) {
		for _, session := range all {
			for _, r := range session {
				switch r.Session {
				case enrol:
					p.Enrol = append(p.Enrol, Whole(r))
				case probe:
					p.Probes = append(p.Probes, Windows(r)...)
				}
			}
		}
		return p
	}
}

// twoSessions enrols sessions 1 and 2.
func twoSessions(probe string) func([][]*cohort.Recording) Person {
	return func(all [][]*cohort.Recording) Person {
		first := sessions(cohort.Session1, probe)(all)
		second := sessions(cohort.Session2, probe)(all)
		if len(first.Enrol) == 0 || len(second.Enrol) == 0 {
			return Person{}
		}
		first.Enrol = append(first.Enrol, second.Enrol...)
		return first
	}
}

// Persons applies the protocol to a collection sorted by person and session,
// without persons who lack an enrolment or a probe.
func (p *Protocol) Persons(recordings []cohort.Recording) []Person {
	var all []Person
	for len(recordings) > 0 {
		name := recordings[0].Person
		n := 1
		for n < len(recordings) && recordings[n].Person == name {
			n++
		}
		own := recordings[:n]
		recordings = recordings[n:]
		if own[0].Database != p.Database {
			continue
		}
		one := p.person(bySession(own))
		one.Name = name
		if len(one.Enrol) > 0 && len(one.Probes) > 0 {
			all = append(all, one)
		}
	}
	return all
}

func bySession(own []cohort.Recording) [][]*cohort.Recording {
	var sessions [][]*cohort.Recording
	for i := range own {
		r := &own[i]
		if i == 0 || own[i-1].Session != r.Session {
			sessions = append(sessions, nil)
		}
		sessions[len(sessions)-1] = append(sessions[len(sessions)-1], r)
	}
	return slices.Clip(sessions)
}
