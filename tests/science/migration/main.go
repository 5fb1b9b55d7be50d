// Command migration measures templates that grew out of checks (package biometric's
// Migrate) beside those of an enrolment: how many own recordings of later they refuse,
// how many of strangers they accept, and what strangers who try in between achieve.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"systole/shared/biometric"
	"systole/shared/ecg/engine"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "`folder` of the databases")
	only := flag.String("only", "", "one database")
	attack := flag.Bool("attack", false, "strangers try in between")
	flag.Parse()
	if err := run(os.Stdout, cohort.Folder(*data, "."), *only, *attack); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

// rate is the false match rate that checks decide at.
const rate = biometric.FMR(0.001)

func run(w io.Writer, folder, only string, attack bool) error {
	recordings, err := cohort.Load(folder)
	if err != nil {
		return err
	}
	patients, _, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0, 8, 9)
	if err != nil {
		return err
	}
	for _, database := range []string{cohort.ECGID, cohort.Heartprint, cohort.PTBXL} {
		if only != "" && only != database {
			continue
		}
		all := recordings
		if database == cohort.PTBXL {
			all = patients
		}
		persons, err := personsOf(database, all)
		if err != nil {
			return err
		}
		measure(w, database, persons, attack)
	}
	return nil
}

// person is enrolled with the first recording, checked with those between, and tested
// with those of the last session.
type person struct {
	name           string
	enrol          []biometric.Reading
	between, tests []biometric.Reading
	days           []int // of those between, the session's number
}

// personsOf are the persons of a database who have recordings of all three kinds.
func personsOf(database string, recordings []cohort.Recording) ([]person, error) {
	byPerson := map[string][]cohort.Recording{}
	var names []string
	for _, r := range recordings {
		if r.Database != database {
			continue
		}
		if byPerson[r.Person] == nil {
			names = append(names, r.Person)
		}
		byPerson[r.Person] = append(byPerson[r.Person], r)
	}
	e := engine.New(0)
	var persons []person
	for _, name := range names {
		own := byPerson[name]
		last := own[len(own)-1].Session
		first := own[0].Session
		if len(own) < 3 || database == cohort.PTBXL && first == last {
			continue
		}
		p := person{name: name}
		day, session := 0, ""
		for i, r := range own {
			read, err := reading(e, r)
			if err != nil {
				continue // unusable
			}
			if r.Session != session {
				day, session = day+1, r.Session
			}
			switch {
			case p.enrol == nil:
				if _, err := e.Enrol(e.Algorithms().Newest, biometric.EnrolmentNeed, []biometric.Reading{read}); err == nil {
					p.enrol = []biometric.Reading{read}
				}
			case r.Session == last && last != first, i == len(own)-1:
				p.tests = append(p.tests, read)
			default:
				p.between, p.days = append(p.between, read), append(p.days, day)
			}
		}
		if p.enrol != nil && len(p.between) > 0 && len(p.tests) > 0 {
			persons = append(persons, p)
		}
	}
	return persons, nil
}

// reading reads a recording as the service does.
func reading(e *engine.Engine, r cohort.Recording) (biometric.Reading, error) {
	var file []byte
	for _, v := range r.MV {
		file = append(strconv.AppendFloat(file, v, 'g', 6, 64), '\n')
	}
	read, err := e.Group(context.Background(), [][]byte{file})[0].Read(biometric.Hints{RateHz: r.RateHz})
	if err != nil {
		return nil, err
	}
	return read, read.Usable(biometric.ProbeNeed)
}

// row counts what templates of one kind do.
type row struct {
	persons, own, strangers int
	refused, accepted       [2]int // at 1 % and at 0.1 %
}

var rates = [2]biometric.FMR{0.01, 0.001}

func (r *row) add(t biometric.Template, p *person, all []person) {
	if t == nil {
		return
	}
	r.persons++
	for _, test := range p.tests {
		r.own++
		for i, at := range rates {
			if ok, _ := t.Verify(test, at); !ok {
				r.refused[i]++
			}
		}
	}
	for k := range all {
		if all[k].name == p.name {
			continue
		}
		r.strangers++
		for i, at := range rates {
			ok, _ := t.Verify(all[k].tests[0], at)
			if !ok {
				break
			}
			r.accepted[i]++
		}
	}
}

func (r *row) print(w io.Writer, name string) {
	share := func(n, of int) float64 { return 100 * float64(n) / float64(max(of, 1)) }
	fmt.Fprintf(w, "| %s | %d, %d, %d | %.1f / %.1f | %.2f / %.2f |\n", name, r.persons, r.own, r.strangers,
		share(r.refused[0], r.own), share(r.refused[1], r.own), share(r.accepted[0], r.strangers), share(r.accepted[1], r.strangers))
}

func measure(w io.Writer, database string, persons []person, attack bool) {
	newer := engine.New(0)
	older := parameters.Shipped[len(parameters.Shipped)-1].Name
	newest := newer.Algorithms().Newest
	const most = 4
	var asBefore, asNewest row
	var grown, same, deciding [most + 1]row
	var handed [most + 1]int
	var tried, entered int
	for i := range persons {
		p := &persons[i]
		base, err := newer.Enrol(older, biometric.EnrolmentNeed, p.enrol)
		if err != nil {
			continue
		}
		enrolled, err := newer.Enrol(newest, biometric.EnrolmentNeed, p.enrol)
		if err != nil {
			continue
		}
		asBefore.add(base, p, persons)
		asNewest.add(enrolled, p, persons)
		t := biometric.Templates{Base: base}
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		note := func(n int) {
			if t.Newer != nil {
				grown[n].add(t.Newer.Template, p, persons)
				same[n].add(enrolled, p, persons)
				if t.Newer.Decides {
					handed[n]++
				}
			}
			deciding[n].add(t.Deciding(), p, persons)
		}
		for n, probe := range p.between {
			now = now.Add(time.Hour)
			if n > 0 && p.days[n] != p.days[n-1] {
				now = now.Add(24 * time.Hour)
			}
			if attack {
				for k := range persons {
					if k == i {
						continue
					}
					tried++
					stranger := persons[k].between[n%len(persons[k].between)]
					if ok, _ := t.Deciding().Verify(stranger, rate); ok {
						next, changed := biometric.Migrate(newer, t, stranger, rate, now)
						if changed {
							entered++
						}
						t = next
					}
				}
			}
			if ok, _ := t.Deciding().Verify(probe, rate); ok {
				t, _ = biometric.Migrate(newer, t, probe, rate, now)
			}
			if n+1 < most {
				note(n + 1)
			}
		}
		note(most)
	}
	fmt.Fprintf(w, "%s, %d persons; strangers tried %d times and entered %d times\n\n", database, len(persons), tried, entered)
	fmt.Fprintln(w, "| template | persons, own, strangers' trials | FNMR % at 1 % / 0.1 % | FMR % at 1 % / 0.1 % |\n|---|---|---|---|")
	asBefore.print(w, "older, as enrolled")
	asNewest.print(w, "newest, as enrolled")
	for n := 1; n <= most; n++ {
		name := fmt.Sprintf("after %d", n)
		if n == most {
			name = "after all"
		}
		grown[n].print(w, name+", newer")
		same[n].print(w, name+", the same persons as enrolled")
		deciding[n].print(w, fmt.Sprintf("%s, deciding (%d handed over)", name, handed[n]))
	}
}
