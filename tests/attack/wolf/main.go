// Command wolf measures what somebody gets who has the source: the parameters, the
// thresholds and the code are public, so that a recording can be made that many
// templates accept (a wolf: M. Une, A. Otsuka, H. Imai, ICB 2007; for fingerprints:
// A. Roy, N. Memon, A. Ross, IEEE TIFS 12(9), 2017).
//
//	go run ./tests/attack/wolf [-data FOLDER] [-seed N] [-part N] [-rate R] [-without] [-cost] [-excerpt FILE]
//
// The attacker has the recordings of half of the persons, searches by evolution from
// real beats and along the gradient, gives the result the variation of a living
// heart, and tries five recordings one after another on the templates of the other
// half. The second table is of an attacker who guesses as often as a template may
// be tried. -without leaves out the cohort of strangers, to show what it is worth; -cost
// tells what it costs. -excerpt renews testdata, as another
// algorithm asks for: once as it is, and once more -without.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"

	"systole/infra/train/learn"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder with ecg-id, heartprint, ptb-xl and cinc2017 (default: ECG_DATA, else ../shared/data)")
	seed := flag.Uint64("seed", 1, "of all that is drawn at random")
	part := flag.Int("part", 1, "the attacker has every n-th patient of their half only")
	rate := flag.Float64("rate", 0, "attack at this named rate only")
	without := flag.Bool("without", false, "accept without regard to the cohort of strangers")
	excerpt := flag.String("excerpt", "", "renew in this file what the tests need, of the patients")
	onlyCost := flag.Bool("cost", false, "tell only what the cohort costs in genuine refusals")
	flag.Parse()
	folder := cohort.Folder(*data, ".")
	if *rate > 0 {
		rates = []float64{*rate}
	}
	attack := func() error { return run(os.Stdout, folder, *excerpt, *seed, max(1, *part), *without) }
	if *onlyCost {
		attack = func() error { return cost(os.Stdout, parameters.Shipped.Newest(), folder) }
	}
	if err := attack(); err != nil {
		fmt.Fprintln(os.Stderr, "wolf:", err)
		if errors.Is(err, os.ErrNotExist) {
			fmt.Fprintln(os.Stderr, "set -data or ECG_DATA to a folder that holds ecg-id, heartprint, ptb-xl and cinc2017")
		}
		os.Exit(1)
	}
}

// rates are false match rates that the service may be set to.
var rates = []float64{0.01, 0.001, 0.0001}

// defaultRate is the service's default.
const defaultRate = 0.001

// tried is the number of recordings that are made and tried one after another.
const tried = 5

func run(out io.Writer, folder, excerpt string, seed uint64, part int, without bool) error {
	p := *parameters.Shipped.Newest()
	strangers, err := learn.Cohort(&p, folder)
	if err != nil {
		return err
	}
	if without {
		p.Cohort, strangers = nil, nil
	}
	groups, err := load(&p, folder, part, os.Stderr)
	if err != nil {
		return err
	}
	for i, g := range groups {
		fmt.Fprintf(out, "\n%s: searched on %d persons and %d recordings of nobody known, tried on %d persons\n\n", g.name, len(g.own), len(g.helpers), len(g.victims))
		fmt.Fprintln(out, "| named rate | recording | accepted by the attacker's own % | accepted, % (95 % interval) | this or an earlier one | of persons unseen in training | this or an earlier one |")
		fmt.Fprintln(out, "|---|---|---|---|---|---|---|")
		var byDefault *attacker
		var made []recording
		for _, at := range rates {
			a := newAttacker(&p, strangers, g, at, rand.New(rand.NewPCG(seed, 0)))
			tried := a.try(out, g.victims)
			if at == defaultRate {
				byDefault, made = a, tried
			}
		}
		if byDefault == nil {
			continue
		}
		byDefault.guess(out, g, made)
		if i == 0 && excerpt != "" {
			if err := renew(excerpt, &p, g, made); err != nil {
				return err
			}
		}
	}
	return nil
}
