package learn

import (
	"math/rand/v2"
	"path/filepath"

	"systole/shared/biometric"
	"systole/shared/ecg"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/tests/science/cohort"
)

const (
	// CohortFold is the fold of PTB-XL whose patients are in the cohort, and in no
	// trial.
	CohortFold = 8
	// patients and handheld are the numbers of recordings of each kind. Each takes
	// 180 bytes of the program; with fewer, the share that one probe or template
	// reaches is less certain.
	patients, handheld = 1200, 600
)

// Cohort returns the embeddings of impostors for the cohort, by population, from
// the databases below the folder: one recording each of PTB-XL's patients of a
// fold that nothing was learned from, and recordings of normal rhythm of CinC
// 2017, from the fingers. Of the latter the networks have seen some, and several
// may be of one person.
func Cohort(p *parameters.Parameters, folder string) ([][][]float32, error) {
	hospital, _, err := cohort.LoadPTBXL(filepath.Join(folder, cohort.PTBXL), 0, CohortFold)
	if err != nil {
		return nil, err
	}
	fingers, err := cohort.LoadCinC2017(filepath.Join(folder, cohort.CinC2017))
	if err != nil {
		return nil, err
	}
	var normal []cohort.Recording
	for _, r := range fingers {
		if r.Session == "N" {
			normal = append(normal, r)
		}
	}
	return [][][]float32{strangers(p, hospital, patients), strangers(p, normal, handheld)}, nil
}

// strangers returns the embeddings of the first usable recording of n persons,
// drawn at random with a fixed seed.
func strangers(p *parameters.Parameters, recordings []cohort.Recording, n int) [][]float32 {
	seen := make(map[string]bool)
	var means [][]float64
	var front frontend.FrontEnd
	for i := range recordings {
		r := &recordings[i]
		if seen[r.Person] {
			continue
		}
		beats := Cut(&front, r, 0, ecg.MaxSeconds)
		if beats.Report.Reason(quality.Need(biometric.EnrolmentNeed)) != "" {
			continue
		}
		seen[r.Person] = true
		means = append(means, Mean(beats.Rows))
	}
	random := rand.New(rand.NewPCG(1, 0))
	random.Shuffle(len(means), func(i, k int) { means[i], means[k] = means[k], means[i] })
	var w parameters.Workspace
	var embeddings [][]float32
	for _, mean := range means[:min(n, len(means))] {
		embeddings = append(embeddings, p.Embed(nil, &w, mean))
	}
	return embeddings
}
