package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/tests/science/cohort"
	"systole/tests/science/trials"
)

// An enrolment takes the first enrolS seconds of one recording, a probe probeS
// seconds; of each recording come at most mostProbes, one after another.
const (
	enrolS, probeS = 30, 12
	mostProbes     = 8
)

// occasion is what a probe has in common with the enrolment.
type occasion int

const (
	sameRecording occasion = iota
	sameSession
	laterSession
	ownEnrolment // the recording of the enrolment itself, as a probe for others only
)

var occasionNames = [...]string{"rest of the enrolment's recording", "others of its session", "later sessions"}

// crowd is a database's persons as the engine takes them.
type crowd struct {
	name     string
	subjects []subject
	files    int
	unread   map[string]int // files by the reader's reason, or as copies of another's
	enrol    attempts
	probe    attempts
}

// attempts counts the failures to enrol or to acquire, by reason.
type attempts struct {
	all     int
	refused map[string]int
}

// subject is a person. Who could not be enrolled has no template.
type subject struct {
	name     string
	template *parameters.Template
	probes   []attempt
}

// attempt is a usable probe.
type attempt struct {
	occasion  occasion
	embedding []float32
}

// strangers measures the engine as it ships on the databases of the lists, whose
// files it reads as the service does; PTB-XL's fold 9 and CinC 2017's recordings,
// if they are at hand, are further impostors.
func strangers(w io.Writer, o options, set *parameters.Parameters, lists []string) error {
	var front frontend.FrontEnd
	var crowds []*crowd
	for _, list := range lists {
		c, err := gatherList(&front, set, list, o.ringing)
		if err != nil {
			return err
		}
		crowds = append(crowds, c)
	}
	home, err := neighbours(&front, set, cohort.Folder(o.data, "."))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%s; enrolments of %d s, probes of %d s.\n\n", set.Algorithm, enrolS, probeS)
	writeAttempts(w, crowds)
	fmt.Fprintln(w, "\n| database | probes | persons, trials | EER % | FNMR % at FMR 1 % | at 0.1 % | refused at the name 1 %, in % | 0.1 % | 0.01 % |\n|---|---|---|---|---|---|---|---|---|")
	for _, c := range crowds {
		writeGenuine(w, o, set, c)
	}
	fmt.Fprintln(w, "\n| templates of | probes of | persons, trials | let through at the name 1 %, in % | 0.1 % | 0.01 % | trials let through | without the cohort's rule, in % |\n|---|---|---|---|---|---|---|---|")
	for _, c := range crowds {
		writeImpostors(w, set, c, c)
	}
	for i, c := range crowds {
		for _, other := range slices.Concat(crowds[:i], crowds[i+1:], home) {
			writeImpostors(w, set, c, other)
		}
		for _, other := range home {
			writeImpostors(w, set, other, c)
		}
	}
	return nil
}

// gatherList reads a list's files. One that can't be read is counted, and so is
// one that has the samples of one before it. With rings the recordings are changed
// as by a recorder whose filter rings.
func gatherList(front *frontend.FrontEnd, set *parameters.Parameters, path string, rings bool) (*crowd, error) {
	list, err := cohort.ReadList(path)
	if err != nil {
		return nil, err
	}
	name := cohort.Database(path)
	unread := map[string]int{}
	known := map[[sha256.Size]byte]bool{}
	var recordings []cohort.Recording
	for i := range list {
		l := &list[i]
		mv, rate, err := l.Read()
		var refusal *recording.Error
		if errors.As(err, &refusal) {
			unread[string(refusal.Reason)]++
			continue
		}
		if err != nil {
			return nil, err
		}
		sum := digest(mv)
		if known[sum] {
			unread["copy"]++
			continue
		}
		known[sum] = true
		if rings {
			mv, rate = ringing(mv, rate)
		}
		recordings = append(recordings, cohort.Recording{
			Database: name, Person: name + "/" + l.Person, Session: l.Session, Name: l.File, MV: mv, RateHz: rate,
		})
	}
	c := gather(front, set, name, recordings)
	c.files, c.unread = len(list), unread
	return c, nil
}

// digest tells whether two recordings are the same, sample for sample: some
// databases hold one under two persons' numbers.
func digest(mv []float64) [sha256.Size]byte {
	samples := make([]byte, 0, 8*len(mv))
	for _, v := range mv {
		samples = binary.LittleEndian.AppendUint64(samples, math.Float64bits(v))
	}
	return sha256.Sum256(samples)
}

// neighbours returns the databases at hand that the parameters know: PTB-XL's fold
// that nothing was learned from, and hand-held recordings, each as a person of
// its own.
func neighbours(front *frontend.FrontEnd, set *parameters.Parameters, folder string) ([]*crowd, error) {
	const fold, every = 9, 4
	patients, _, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0, fold)
	if err != nil {
		return nil, err
	}
	hand, err := cohort.LoadCinC2017(filepath.Join(folder, cohort.CinC2017))
	if err != nil {
		return nil, err
	}
	var some []cohort.Recording
	for i := 0; i < len(hand); i += every {
		if hand[i].Session != "~" {
			some = append(some, hand[i])
		}
	}
	return []*crowd{
		gather(front, set, "PTB-XL, fold 9", patients), gather(front, set, "CinC 2017, every 4th", some),
	}, nil
}

// gather enrols each person with the first usable recording, and takes the probes
// from what follows it. The recordings are sorted by person and session.
func gather(front *frontend.FrontEnd, set *parameters.Parameters, name string, recordings []cohort.Recording) *crowd {
	c := &crowd{name: name, files: len(recordings), enrol: attempts{refused: map[string]int{}}, probe: attempts{refused: map[string]int{}}}
	for len(recordings) > 0 {
		n := 1
		for n < len(recordings) && recordings[n].Person == recordings[0].Person {
			n++
		}
		c.subjects = append(c.subjects, c.subject(front, set, recordings[:n]))
		recordings = recordings[n:]
	}
	return c
}

func (c *crowd) subject(front *frontend.FrontEnd, set *parameters.Parameters, own []cohort.Recording) subject {
	s := subject{name: own[0].Person}
	for s.template == nil && len(own) > 0 {
		first := &own[0]
		own = own[1:]
		embedding, weight := c.enrol.embed(front, set, first, 0, enrolS, biometric.EnrolmentNeed)
		if embedding == nil {
			continue
		}
		s.template = new(parameters.Template)
		s.template.Add(embedding, weight)
		c.probes(front, set, &s, first, enrolS, sameRecording)
		for i := range own {
			when := laterSession
			if own[i].Session == first.Session {
				when = sameSession
			}
			c.probes(front, set, &s, &own[i], 0, when)
		}
		if len(s.probes) == 0 {
			c.probes(front, set, &s, first, 0, ownEnrolment)
		}
	}
	return s
}

// probes takes the probes of a recording from a second on.
func (c *crowd) probes(front *frontend.FrontEnd, set *parameters.Parameters, s *subject, r *cohort.Recording, from float64, when occasion) {
	seconds := float64(len(r.MV)) / r.RateHz
	for i := range mostProbes {
		start := from + float64(i*probeS)
		if i > 0 && start+probeS > seconds || start+float64(biometric.ProbeNeed.Seconds) > seconds && from > 0 {
			return // a rest is no attempt
		}
		if embedding, _ := c.probe.embed(front, set, r, start, start+probeS, biometric.ProbeNeed); embedding != nil {
			s.probes = append(s.probes, attempt{when, embedding})
		}
	}
}

// embed returns the embedding of a part of a recording and its weight; nil if the
// engine would refuse it.
func (a *attempts) embed(front *frontend.FrontEnd, set *parameters.Parameters, r *cohort.Recording, from, to float64, need biometric.Need) ([]float32, float64) {
	a.all++
	beats := learn.Cut(front, r, from, to)
	if reason := beats.Report.Reason(quality.Need(need)); reason != "" {
		a.refused[string(reason)]++
		return nil, 0
	}
	return set.Embed(nil, &parameters.Workspace{}, learn.Mean(beats.Rows)), parameters.Weight(len(beats.Rows), beats.Report.Trust())
}

// decision is a trial's score and where it is accepted: at each of the named
// rates, by the threshold alone and as ecg.Score.Accepted decides.
type decision struct {
	score           float64
	above, accepted [3]bool
}

// decide compares a probe with a template.
func decide(set *parameters.Parameters, t *parameters.Template, probe []float32) decision {
	d := decision{score: set.Compare(t, probe)}
	strangers := -1.0
	for i, rate := range named {
		d.above[i] = d.score >= set.Impostors.Threshold(rate)
		if !d.above[i] {
			continue
		}
		if strangers < 0 {
			strangers = set.Strangers(d.score, t, probe)
		}
		d.accepted[i] = strangers <= rate
	}
	return d
}

func writeAttempts(w io.Writer, crowds []*crowd) {
	fmt.Fprintln(w, "| database | persons | files, not read | enrolments, refused | probes, refused |\n|---|---|---|---|---|")
	for _, c := range crowds {
		fmt.Fprintf(w, "| %s | %d | %d%s | %d%s | %d%s |\n", c.name, len(c.subjects),
			c.files, reasons(c.unread), c.enrol.all, reasons(c.enrol.refused), c.probe.all, reasons(c.probe.refused))
	}
}

// reasons lists counts by reason, the most frequent first.
func reasons(counts map[string]int) string {
	sum := 0
	var all []string
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for _, name := range names {
		sum += counts[name]
		all = append(all, fmt.Sprintf("%s %d", name, counts[name]))
	}
	if sum == 0 {
		return ", 0"
	}
	return fmt.Sprintf(", %d: %s", sum, strings.Join(all, ", "))
}

// writeGenuine compares the persons' probes with their own templates, by the time
// between them. Impostors are the other persons of the database.
func writeGenuine(w io.Writer, o options, set *parameters.Parameters, c *crowd) {
	for when, name := range occasionNames {
		var all []trials.Trial
		decisions := map[string][]decision{}
		for i := range c.subjects {
			for part, probe := range c.subjects[i].probes {
				for k := range c.subjects {
					t := c.subjects[k].template
					if t == nil || i == k && probe.occasion != occasion(when) {
						continue
					}
					one := trials.Trial{Enrolled: c.subjects[k].name, Probe: c.subjects[i].name, Part: part}
					if i == k {
						d := decide(set, t, probe.embedding)
						decisions[one.Probe] = append(decisions[one.Probe], d)
						one.Score = d.score
					} else {
						one.Score = set.Compare(t, probe.embedding)
					}
					all = append(all, one)
				}
			}
		}
		if len(decisions) == 0 {
			continue
		}
		n := 0
		for _, own := range decisions {
			n += len(own)
		}
		fmt.Fprintf(w, "| %s | %s | %d, %d ", c.name, name, len(decisions), n)
		fmt.Fprintf(w, "| %s ", percent(trials.Bootstrap(all, o.drawings, o.seed, trials.EER)))
		for _, rate := range named[:2] {
			if float64(len(all)-n)*rate < fewest {
				fmt.Fprint(w, "| too few ")
				continue
			}
			fmt.Fprintf(w, "| %s ", percent(trials.Bootstrap(all, o.drawings, o.seed, func(p []trials.Point) float64 { return trials.FNMRAt(p, rate) })))
		}
		for i := range named {
			fmt.Fprintf(w, "| %s ", percent(refusedShare(decisions, i, o.drawings)))
		}
		fmt.Fprintln(w, "|")
	}
}

// refusedShare returns the share of own trials that are refused at a named rate,
// each person counting the same, with its interval by bootstrap over persons.
func refusedShare(decisions map[string][]decision, rate, drawings int) trials.Interval {
	var shares []float64
	for _, name := range slices.Sorted(maps.Keys(decisions)) {
		refused := 0
		for _, d := range decisions[name] {
			if !d.accepted[rate] {
				refused++
			}
		}
		shares = append(shares, share(refused, len(decisions[name])))
	}
	mean := func(pick func(i int) float64) float64 {
		sum := 0.0
		for i := range shares {
			sum += pick(i)
		}
		return sum / float64(len(shares))
	}
	value := mean(func(i int) float64 { return shares[i] })
	rng := rand.New(rand.NewPCG(1, 3))
	drawn := make([]float64, max(drawings, 1))
	for k := range drawn {
		drawn[k] = mean(func(int) float64 { return shares[rng.IntN(len(shares))] })
	}
	slices.Sort(drawn)
	return trials.Interval{Value: value, Low: drawn[len(drawn)/40], High: drawn[len(drawn)-1-len(drawn)/40]}
}

// writeImpostors compares all probes of one database with the templates of
// another, or of the same one but for the person's own.
func writeImpostors(w io.Writer, set *parameters.Parameters, enrolled, probing *crowd) {
	met := group{strata: map[string]*stratum{everybody: newStratum()}}
	above := group{strata: map[string]*stratum{everybody: newStratum()}}
	offset := 0
	if enrolled != probing {
		offset = len(enrolled.subjects)
	}
	for i := range enrolled.subjects {
		t := enrolled.subjects[i].template
		if t == nil {
			continue
		}
		for _, g := range []group{met, above} {
			g.strata[everybody].templates[i] = 1
		}
		for k := range probing.subjects {
			for _, g := range []group{met, above} {
				g.strata[everybody].probes[offset+k] = len(probing.subjects[k].probes)
			}
			if i == offset+k {
				continue
			}
			for _, probe := range probing.subjects[k].probes {
				d := decide(set, t, probe.embedding)
				for r := range named {
					if d.accepted[r] {
						met.strata[everybody].accepted[r][[2]int{i, offset + k}]++
					}
					if d.above[r] {
						above.strata[everybody].accepted[r][[2]int{i, offset + k}]++
					}
				}
			}
		}
	}
	persons := offset + len(probing.subjects)
	_, n := met.fmr(0, everyone(persons))
	if n == 0 {
		return
	}
	fmt.Fprintf(w, "| %s | %s | %d and %d, %d ", enrolled.name, probing.name, len(met.strata[everybody].templates), len(probing.subjects), n)
	var through, alone []string
	for r := range named {
		rate, _ := met.fmr(r, everyone(persons))
		low, high := met.fmrInterval(r, persons)
		fmt.Fprintf(w, "| %s ", rated(rate, low, high))
		through = append(through, fmt.Sprint(math.Round(rate*float64(n))))
		rate, _ = above.fmr(r, everyone(persons))
		alone = append(alone, fmt.Sprintf("%.3g", 100*rate))
	}
	fmt.Fprintf(w, "| %s | %s |\n", strings.Join(through, ", "), strings.Join(alone, ", "))
}

// rated writes a false match rate and its interval in percent.
func rated(rate, low, high float64) string {
	return fmt.Sprintf("%.3g (%.3g-%.3g)", 100*rate, 100*low, 100*high)
}
