// Command migration compares templates that grew out of checks (package
// biometric's Migrate) with those of an enrolment: how many of the person's later
// recordings they refuse, how many of strangers' recordings they accept, and the
// success of strangers who try in between.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"systole/shared/biometric"
	"systole/shared/ecg/engine"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

func main() {
	var o options
	data := flag.String("data", "", "`folder` of the databases")
	flag.StringVar(&o.only, "only", "", "one database")
	flag.StringVar(&o.newer, "newer", parameters.Shipped[0].Name, "the newer `algorithm`, of those shipped")
	flag.BoolVar(&o.each, "each", false, "enrol each person by each recording of the first session in turn, and count own trials alone")
	flag.BoolVar(&o.attack, "attack", false, "every other person tries before each check")
	flag.IntVar(&o.stranger, "stranger", 0, "a stranger's recording enters before the nth check, whoever accepts it")
	flag.IntVar(&o.rule.Checks, "checks", biometric.HandOver.Checks, "that both templates accept in a row before the newer one decides")
	flag.IntVar(&o.rule.Days, "days", biometric.HandOver.Days, "that the newer template has seen before it decides")
	flag.Parse()
	if err := run(os.Stdout, cohort.Folder(*data, "."), o); err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	only, newer  string
	each, attack bool
	stranger     int
	rule         biometric.Rule
}

// rate is the false match rate of the checks' decisions.
const rate = biometric.FMR(0.001)

func run(w io.Writer, folder string, o options) error {
	recordings, err := cohort.Load(folder)
	if err != nil {
		return err
	}
	patients, _, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0, 8, 9)
	if err != nil {
		return err
	}
	for _, database := range []string{cohort.ECGID, cohort.Heartprint, cohort.PTBXL} {
		if o.only != "" && o.only != database {
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
		enrolled := persons
		if o.each {
			enrolled = each(persons)
		}
		measure(w, database, enrolled, persons, o)
	}
	return nil
}

// person is a person's recordings: the first is enrolled, those between are
// checked, and those of the last session are the test.
type person struct {
	name           string
	enrol          []biometric.Reading
	between, tests []biometric.Reading
	days           []int // session numbers of those between
}

// personsOf returns the persons of a database who have recordings of all three
// kinds.
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

// each returns the persons, and each person again for each further recording of
// the first session, which then changes places with the enrolled one.
func each(persons []person) []person {
	all := slices.Clone(persons)
	for _, p := range persons {
		for i, probe := range p.between {
			if p.days[i] != 1 {
				break
			}
			again := p
			again.between = slices.Clone(p.between)
			again.enrol, again.between[i] = []biometric.Reading{probe}, p.enrol[0]
			all = append(all, again)
		}
	}
	return all
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

// row counts the results of one kind of template.
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

// older is the algorithm that each person is enrolled by.
var older = parameters.Shipped[len(parameters.Shipped)-1].Name

// table holds the results of a database's persons.
type table struct {
	w                  io.Writer
	persons            []person
	strangers          []person // whose trials are counted
	before, newest     row      // as enrolled
	grown, after       row      // after all checks: the newer template, and the one that decides
	handed, handedOver row      // of templates whose newer one decides: before and after that
	tried, entered     int      // by strangers
	later, laterIn     int      // recordings of one stranger for each newer template that decides, and those accepted
}

func measure(w io.Writer, database string, enrolled, persons []person, o options) {
	e := engine.With(0, slices.DeleteFunc(slices.Clone(parameters.Shipped), func(a parameters.Algorithm) bool {
		return a.Name != o.newer && a.Name != older
	}))
	t := table{w: w, persons: persons, strangers: persons}
	if o.each {
		t.strangers = nil // the same as without it, and the most expensive part
	}
	for i := range enrolled {
		p := &enrolled[i]
		base, err := e.Enrol(older, biometric.EnrolmentNeed, p.enrol)
		if err != nil {
			continue
		}
		newest, err := e.Enrol(e.Algorithms().Newest, biometric.EnrolmentNeed, p.enrol)
		if err != nil {
			continue
		}
		t.before.add(base, p, t.strangers)
		t.newest.add(newest, p, t.strangers)
		t.note(p, base, t.checked(e, p, base, o))
	}
	t.print(database, len(enrolled))
}

// checked returns a person's templates after the checks in between.
func (t *table) checked(e biometric.Engine, p *person, base biometric.Template, o options) biometric.Templates {
	templates := biometric.Templates{Base: base}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	check := func(probe biometric.Reading) (changed bool) {
		if ok, _ := templates.Deciding().Verify(probe, rate); ok {
			templates, changed = o.rule.Migrate(e, templates, probe, rate, now)
		}
		return changed
	}
	for n, probe := range p.between {
		now = now.Add(time.Hour)
		if n > 0 && p.days[n] != p.days[n-1] {
			now = now.Add(24 * time.Hour)
		}
		if n+1 == o.stranger {
			templates.Base = credulous{base}
			templates, _ = o.rule.Migrate(e, templates, t.strangerOf(p).between[0], rate, now)
			templates.Base = base
		}
		for i := range t.persons {
			if other := &t.persons[i]; o.attack && other.name != p.name {
				t.tried++
				if check(other.between[n%len(other.between)]) {
					t.entered++
				}
			}
		}
		check(probe)
	}
	return templates
}

// credulous is a template that accepts everyone.
type credulous struct{ biometric.Template }

func (credulous) Verify(biometric.Reading, biometric.FMR) (bool, error) { return true, nil }

// strangerOf returns another person.
func (t *table) strangerOf(p *person) *person {
	i := slices.IndexFunc(t.persons, func(other person) bool { return other.name == p.name })
	return &t.persons[(i+1)%len(t.persons)]
}

func (t *table) note(p *person, base biometric.Template, templates biometric.Templates) {
	decides := templates.Deciding()
	t.after.add(decides, p, t.strangers)
	if templates.Newer == nil {
		return
	}
	t.grown.add(templates.Newer.Template, p, t.strangers)
	if !templates.Newer.Decides {
		return
	}
	t.handed.add(base, p, t.strangers)
	t.handedOver.add(decides, p, t.strangers)
	other := t.strangerOf(p)
	for _, later := range slices.Concat(other.between[1:], other.tests) {
		t.later++
		if ok, _ := decides.Verify(later, rate); ok {
			t.laterIn++
		}
	}
}

func (t *table) print(database string, enrolments int) {
	fmt.Fprintf(t.w, "%s, %d persons, %d enrolments; strangers tried %d times and entered %d times; of one's other recordings %d of %d are accepted\n\n",
		database, len(t.persons), enrolments, t.tried, t.entered, t.laterIn, t.later)
	fmt.Fprintln(t.w, "| template | enrolments, own, strangers' trials | FNMR % at 1 % / 0.1 % | FMR % at 1 % / 0.1 % |\n|---|---|---|---|")
	for _, line := range []struct {
		name string
		row  *row
	}{
		{"older, as enrolled", &t.before},
		{"newest, as enrolled", &t.newest},
		{"newer, after all checks", &t.grown},
		{"what decides after all checks", &t.after},
		{"those handed over, older", &t.handed},
		{"those handed over, newer", &t.handedOver},
	} {
		line.row.print(t.w, line.name)
	}
	fmt.Fprintln(t.w)
}
