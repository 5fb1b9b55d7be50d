// Command replay learns the directions in which package shared/ecg/replay
// describes a beat, and writes them where they are embedded:
//
//	go run ./infra/train/replay [-data folder] [-out file] [-half n] [-seed n]
//
// It learns from every other person, by name, of ECG-ID, Heartprint and MIT-BIH;
// -half 1 learns from the others. The same data and seed give the same file.
package main

import (
	"encoding/binary"
	"errors"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder with ecg-id, heartprint and mitdb (default: ECG_DATA, else ../shared/data)")
	out := flag.String("out", "shared/ecg/replay/parameters.bin", "file to write")
	half := flag.Int("half", 0, "0 for the first, third and so on person, 1 for the others")
	seed := flag.Uint64("seed", 1, "of the noise")
	flag.Parse()
	if err := run(cohort.Folder(*data, "."), *out, *half, *seed); err != nil {
		fmt.Fprintln(os.Stderr, "replay:", err)
		if errors.Is(err, cohort.ErrNoData) {
			fmt.Fprintln(os.Stderr, "set -data or ECG_DATA to the folder that holds ecg-id, heartprint and mitdb")
		}
		os.Exit(1)
	}
}

func run(data, out string, half int, seed uint64) error {
	people, err := load(data)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(seed, 0))
	var forms, residuals variation
	learned := 0
	for i, p := range people {
		if i%2 != half {
			continue
		}
		learned++
		for _, s := range p.recordings {
			own, changed := beatsOf(s), beatsOf(noisy(s, random))
			through := beatsOf(filtered(s))
			weight := 1 / float64(len(p.recordings))
			forms.observe(own.beats, weight)
			residuals.observe(own.residuals, weight)
			for _, c := range []cut{changed, through} {
				forms.compare(own.beats, c.beats)
				residuals.compare(own.residuals, c.residuals)
			}
		}
	}
	var file []byte
	for _, v := range []*variation{&forms, &residuals} {
		rows, err := v.directions()
		if err != nil {
			return err
		}
		for _, c := range rows {
			if file, err = binary.Append(file, binary.LittleEndian, float32(c)); err != nil {
				return err
			}
		}
	}
	if err := os.WriteFile(out, file, 0o644); err != nil {
		return err
	}
	fmt.Printf("%s: %d of %d persons, %d bytes\n", out, learned, len(people), len(file))
	return nil
}

// person holds the recordings of one person that the service would accept.
type person struct {
	name       string
	recordings []ecg.Signal
}

// load reads the databases below a folder, persons by name.
func load(folder string) ([]*person, error) {
	recordings, err := cohort.Load(folder)
	if err != nil {
		return nil, err
	}
	long, err := cohort.LoadMITDB(filepath.Join(folder, cohort.MITDB))
	if err != nil {
		return nil, err
	}
	if len(long) == 0 {
		return nil, fmt.Errorf("%s: %w", filepath.Join(folder, cohort.MITDB), cohort.ErrNoData)
	}
	byName := map[string]*person{}
	add := func(r cohort.Recording, s ecg.Signal) {
		read, err := ecg.Read(s)
		if err != nil || read.Usable(quality.Need(biometric.ProbeNeed)) != nil {
			return
		}
		name := r.Database + ":" + r.Person
		if byName[name] == nil {
			byName[name] = &person{name: name}
		}
		byName[name].recordings = append(byName[name].recordings, s)
	}
	for _, r := range recordings {
		add(r, ecg.Signal{MV: r.MV, RateHz: r.RateHz})
	}
	for _, r := range long {
		for part := range slices.Chunk(r.MV, checkSeconds*int(r.RateHz)) {
			add(r, ecg.Signal{MV: part, RateHz: r.RateHz})
		}
	}
	var people []*person
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		people = append(people, byName[name])
	}
	return people, nil
}

// checkSeconds is the length of the parts that MIT-BIH's half hours are divided
// into.
const checkSeconds = 16
