package main

import (
	"fmt"
	"io"
	"path/filepath"

	"systole/infra/train/learn"
	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

// genuine counts the outcomes of a person's own recordings of later days.
type genuine struct {
	database string
	probes   int
	below    []int // the threshold, at each of the rates
	common   []int // not below, but refused because as many impostors score as high
}

// cost reports how many genuine recordings the cohort refuses: those of each
// later session against a template of the person's first.
func cost(out io.Writer, p *parameters.Parameters, folder string) error {
	recordings, err := cohort.Load(folder)
	if err != nil {
		return err
	}
	patients, of, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0)
	if err != nil {
		return err
	}
	for i := range patients {
		if of[i].Fold != learn.CohortFold {
			recordings = append(recordings, patients[i])
		}
	}
	var all []*genuine
	for from := 0; from < len(recordings); {
		to := from
		for to < len(recordings) && recordings[to].Person == recordings[from].Person {
			to++
		}
		if recordings[from].Session != recordings[to-1].Session {
			if len(all) == 0 || all[len(all)-1].database != recordings[from].Database {
				all = append(all, &genuine{database: recordings[from].Database, below: make([]int, len(rates)), common: make([]int, len(rates))})
			}
			all[len(all)-1].add(p, recordings[from:to])
		}
		from = to
	}
	fmt.Fprintf(out, "\nGenuine recordings of later sessions refused: by the threshold, and besides for strangers who score as high\n\n")
	fmt.Fprint(out, "| database | recordings |")
	for _, at := range rates {
		fmt.Fprintf(out, " at %g %% |", 100*at)
	}
	fmt.Fprint(out, "\n|---|---|---|---|---|\n")
	for _, g := range all {
		fmt.Fprintf(out, "| %s | %d |", g.database, g.probes)
		for i := range rates {
			fmt.Fprintf(out, " %.1f and %.2f |", 100*float64(g.below[i])/float64(g.probes), 100*float64(g.common[i])/float64(g.probes))
		}
		fmt.Fprintln(out)
	}
	return nil
}

// add enrols one person's first session and tries the others.
func (g *genuine) add(p *parameters.Parameters, recordings []cohort.Recording) {
	var t parameters.Template
	var front frontend.FrontEnd
	var w parameters.Workspace
	for i := range recordings {
		r := &recordings[i]
		first := r.Session == recordings[0].Session
		need := quality.Need(biometric.ProbeNeed)
		if first {
			need = quality.Need(biometric.EnrolmentNeed)
		}
		beats := learn.Cut(&front, r, 0, ecg.MaxSeconds)
		if beats.Report.Reason(need) != "" || !first && t.Mean == nil {
			continue
		}
		embedding := p.Embed(nil, &w, learn.Mean(beats.Rows))
		if first {
			t.Add(embedding, parameters.Weight(len(beats.Rows), beats.Report.Trust()))
			continue
		}
		g.probes++
		score := p.Compare(&t, embedding)
		strangers := p.Strangers(score, &t, embedding)
		for k, at := range rates {
			switch {
			case score < p.Impostors.Threshold(at):
				g.below[k]++
			case strangers > at:
				g.common[k]++
			}
		}
	}
}
