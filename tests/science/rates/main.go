// Command rates measures how well an unstated sampling rate is estimated: real
// recordings are brought to each rate that devices have, and to rates that no
// device has.
//
//	go run ./tests/science/rates [-data FOLDER]
package main

import (
	"flag"
	"fmt"
	"math"
	"os"

	"systole/shared/ecg"
	"systole/shared/ecg/resample"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder of recordings; by default the one that ECG_DATA names, or ../shared/data")
	flag.Parse()
	recordings, err := cohort.Load(cohort.Folder(*data, "."))
	if err != nil {
		fmt.Fprintln(os.Stderr, "rates:", err)
		os.Exit(1)
	}
	fmt.Println("| recordings | at | tried | refused % | right within 10 %, of those told |")
	fmt.Println("|---|---|---|---|---|")
	for _, of := range byDatabase(recordings) {
		measure(of[0].Database, "the rates of devices", of, ecg.GuessedRates).print()
		measure(of[0].Database, "100 Hz and rates of none", of, []float64{100, 110, 147, 173, 220, 333, 440, 600, 777, 900}).print()
	}
}

func byDatabase(recordings []cohort.Recording) (all [][]cohort.Recording) {
	at := map[string]int{}
	for _, r := range recordings {
		i, ok := at[r.Database]
		if !ok {
			i = len(all)
			at[r.Database] = i
			all = append(all, nil)
		}
		all[i] = append(all[i], r)
	}
	return all
}

// outcome counts estimates.
type outcome struct {
	database, rates       string
	tried, refused, right int
}

func (o outcome) print() {
	told := o.tried - o.refused
	share := "none"
	if told > 0 {
		share = fmt.Sprintf("%d of %d (%.2f %%)", o.right, told, 100*float64(o.right)/float64(told))
	}
	fmt.Printf("| %s | %s | %d | %.1f | %s |\n", o.database, o.rates, o.tried, 100*float64(o.refused)/float64(o.tried), share)
}

// sparse is the step between used recordings, since neighbours are of one person.
const sparse = 3

func measure(database, name string, recordings []cohort.Recording, rates []float64) outcome {
	o := outcome{database: database, rates: name}
	for i := 0; i < len(recordings); i += sparse {
		r := recordings[i]
		for _, hz := range rates {
			mv := r.MV
			if hz != r.RateHz {
				mv = resample.New(r.RateHz, hz).Apply(nil, r.MV)
			}
			o.tried++
			guess, ok := ecg.GuessRate(mv)
			switch {
			case !ok:
				o.refused++
			case math.Abs(guess/hz-1) <= 0.1:
				o.right++
			}
		}
	}
	return o
}
