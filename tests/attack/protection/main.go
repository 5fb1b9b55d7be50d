// Command protection measures the information in a stolen store (ISO/IEC 24745,
// 30136): whether a renewed template can be matched with the one before it,
// whether two deployments' templates of one person can, and whether protecting
// costs accuracy.
//
//	go run ./tests/attack/protection [-data FOLDER]
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"math"
	"os"
	"slices"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder of recordings; by default the one that ECG_DATA names, or ../shared/data")
	flag.Parse()
	recordings, err := cohort.Load(cohort.Folder(*data, "."))
	if err == nil {
		err = run(recordings)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "protection:", err)
		os.Exit(1)
	}
}

// stolen is a template as stored, with its source.
type stolen struct {
	person   string
	template *ecg.Template
	probe    *ecg.Reading
	bytes    map[string][]byte // by deployment and generation
}

func run(recordings []cohort.Recording) error {
	hearts, err := steal(recordings)
	if err != nil {
		return err
	}
	fmt.Printf("%d persons, each enrolled with their first recording and probed with their last\n\n", len(hearts))
	if err := accuracy(hearts); err != nil {
		return err
	}
	fmt.Print("\n| two stored templates | same person: mean cosine | strangers: mean cosine | same person ranked higher (0.5 is chance) | linkability D_sys (0 to 1) |\n|---|---|---|---|---|\n")
	link("not transformed at all", hearts, "plain", "plain later")
	link("before and after renewal, one key", hearts, "first", "renewed")
	link("in two deployments, two keys", hearts, "first", "elsewhere")
	return foreignSeed(hearts)
}

// steal enrols every person with two recordings, twice here and once elsewhere.
// Later and renewed templates are made of the very same recording, the easiest
// case for an attacker.
func steal(recordings []cohort.Recording) ([]stolen, error) {
	var hearts []stolen
	for _, of := range byPerson(recordings) {
		if len(of) < 2 {
			continue
		}
		enrolment, err := read(of[0])
		if err != nil {
			return nil, err
		}
		template, err := ecg.Enrol(parameters.Shipped.Newest(), quality.Need(biometric.EnrolmentNeed), enrolment)
		if err != nil {
			continue // not a recording to enrol with
		}
		h := stolen{person: of[0].Person, template: template, bytes: map[string][]byte{}}
		if h.probe, err = read(of[len(of)-1]); err != nil {
			return nil, err
		}
		for _, name := range []string{"first", "renewed", "elsewhere"} {
			if h.bytes[name], err = template.Marshal(seed(name, h.person)); err != nil {
				return nil, err
			}
		}
		// One seed for all is no protection: the yardstick.
		if h.bytes["plain"], err = template.Marshal(ecg.Seed{}); err != nil {
			return nil, err
		}
		h.bytes["plain later"] = h.bytes["plain"]
		hearts = append(hearts, h)
	}
	return hearts, nil
}

func read(r cohort.Recording) (*ecg.Reading, error) {
	return ecg.Read(ecg.Signal{MV: r.MV, RateHz: r.RateHz})
}

// usable reports whether the service would compare the recording.
func usable(r *ecg.Reading) bool { return r.Usable(quality.Need(biometric.ProbeNeed)) == nil }

// seed returns a seed of its own, as the ring derives it from key and salt.
func seed(name, person string) ecg.Seed { return sha256.Sum256([]byte(name + "\x00" + person)) }

func byPerson(recordings []cohort.Recording) [][]cohort.Recording {
	return slices.Collect(func(yield func([]cohort.Recording) bool) {
		for len(recordings) > 0 {
			n := slices.IndexFunc(recordings, func(r cohort.Recording) bool { return r.Person != recordings[0].Person })
			if n < 0 {
				n = len(recordings)
			}
			if !yield(recordings[:n]) {
				return
			}
			recordings = recordings[n:]
		}
	})
}

const fmr = ecg.FMR(0.001)

// accuracy compares everybody with everybody, with templates as made and as read
// back from their protected form.
func accuracy(hearts []stolen) error {
	trials, differ := 0, 0
	for _, h := range hearts {
		read, err := ecg.ParseTemplate(h.bytes["first"], seed("first", h.person), parameters.Shipped)
		if err != nil {
			return err
		}
		for _, other := range hearts {
			if !usable(other.probe) {
				continue
			}
			plain, err := h.template.Compare(other.probe)
			if err != nil {
				return err
			}
			protected, err := read.Compare(other.probe)
			if err != nil {
				return err
			}
			trials++
			if plain.Accepted(fmr) != protected.Accepted(fmr) {
				differ++
			}
		}
	}
	fmt.Printf("Accuracy: of %d comparisons %d are decided otherwise with a protected template.\n", trials, differ)
	return nil
}

// foreignSeed puts a template into another deployment, past its encryption, and
// checks its person there.
func foreignSeed(hearts []stolen) error {
	tries, accepted := 0, 0
	for _, h := range hearts {
		misread, err := ecg.ParseTemplate(h.bytes["first"], seed("elsewhere", h.person), parameters.Shipped)
		if err != nil {
			return err
		}
		for _, other := range hearts {
			if other.person != h.person || !usable(other.probe) {
				continue
			}
			score, err := misread.Compare(other.probe)
			if err != nil {
				return err
			}
			tries++
			if score.Accepted(fmr) {
				accepted++
			}
		}
	}
	fmt.Printf("\nA template read with another deployment's seed accepts its owner in %d of %d tries.\n", accepted, tries)
	return nil
}

// link reports how well a person's second template is found by their first.
func link(what string, hearts []stolen, one, two string) {
	var mated, strangers []float64
	for _, a := range hearts {
		for _, b := range hearts {
			c := cosine(vector(a.bytes[one]), vector(b.bytes[two]))
			if a.person == b.person {
				mated = append(mated, c)
			} else {
				strangers = append(strangers, c)
			}
		}
	}
	fmt.Printf("| %s | %.4f | %.4f | %.3f | %.3f |\n", what, mean(mated), mean(strangers), higher(mated, strangers), linkability(mated, strangers))
}

// vector returns the feature vector of a stored template, as an attacker finds it
// after breaking the encryption.
func vector(b []byte) []float64 {
	b = b[bytes.IndexByte(b, 0)+1+3*4:] // name, quality, weight, recordings
	x := make([]float64, len(b)/4)
	for i := range x {
		x[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:])))
	}
	return x
}
