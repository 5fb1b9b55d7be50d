package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/tests/science/cohort"
)

// record is a recording with its reference.
type record struct {
	set, name string
	mv        []float64
	rateHz    float64
	beats     []float64    // reference, in seconds
	flutter   [][2]float64 // from, to in seconds: no beats are marked there
}

// load reads every record of both sets below the folder.
func load(folder string) ([]record, error) {
	mitdb, err := loadMITDB(filepath.Join(folder, "mitdb"))
	if err != nil {
		return nil, err
	}
	cpsc, err := loadCPSC(filepath.Join(folder, "cpsc2019"))
	if err != nil {
		return nil, err
	}
	if len(mitdb)+len(cpsc) == 0 {
		return nil, fmt.Errorf("neither mitdb nor cpsc2019 is in %s; set -data or ECG_DATA to the folder that holds them", folder)
	}
	return append(mitdb, cpsc...), nil
}

func loadMITDB(folder string) ([]record, error) {
	headers, err := filepath.Glob(filepath.Join(folder, "*.hea"))
	if err != nil {
		return nil, err
	}
	var records []record
	for _, header := range headers {
		base := strings.TrimSuffix(header, ".hea")
		atr, err := os.ReadFile(base + ".atr")
		if err != nil {
			return nil, err
		}
		reference, err := parseAnnotations(atr)
		if err != nil {
			return nil, fmt.Errorf("%s.atr: %w", base, err)
		}
		mv, rateHz, err := cohort.ReadMITDB(base)
		if err != nil {
			return nil, err
		}
		r := record{set: "mitdb", name: filepath.Base(base), rateHz: rateHz, mv: mv}
		for _, b := range reference.beats {
			r.beats = append(r.beats, float64(b)/rateHz)
		}
		for _, f := range reference.flutter {
			r.flutter = append(r.flutter, [2]float64{float64(f[0]) / rateHz, float64(f[1]) / rateHz})
		}
		records = append(records, r)
	}
	return records, nil
}

func loadCPSC(folder string) ([]record, error) {
	const rateHz = 500
	files, err := filepath.Glob(filepath.Join(folder, "data", "data_*.mat"))
	if err != nil {
		return nil, err
	}
	var records []record
	for _, file := range files {
		number := strings.TrimPrefix(strings.TrimSuffix(filepath.Base(file), ".mat"), "data_")
		mv, err := readMatrix(file)
		if err != nil {
			return nil, err
		}
		beats, err := readMatrix(filepath.Join(folder, "ref", "R_"+number+".mat"))
		if err != nil {
			return nil, err
		}
		for i := range beats {
			beats[i] /= rateHz
		}
		slices.Sort(beats)
		records = append(records, record{set: "cpsc2019", name: number, rateHz: rateHz, mv: mv, beats: beats})
	}
	return records, nil
}

func readMatrix(file string) ([]float64, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	x, err := parseMatrix(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return x, nil
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(x))
	return (sorted[(len(x)-1)/2] + sorted[len(x)/2]) / 2
}
