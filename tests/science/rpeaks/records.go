package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"systole/tests/science/stress"
)

// record is a recording with its reference.
type record struct {
	set string
	stress.Record
}

// load reads every record of the sets that are below the folder. NSTDB is
// MIT-BIH's records 118 and 119 with noise of electrodes that move.
func load(folder string) ([]record, error) {
	var records []record
	for _, set := range []string{"mitdb", "nstdb"} {
		loaded, err := stress.LoadRecords(filepath.Join(folder, set))
		if err != nil {
			return nil, err
		}
		for _, r := range loaded {
			if set == "nstdb" {
				r.Unscored = quiet(len(r.MV), r.RateHz)
			}
			records = append(records, record{set, r})
		}
	}
	cpsc, err := loadCPSC(filepath.Join(folder, "cpsc2019"))
	if err != nil {
		return nil, err
	}
	if records = append(records, cpsc...); len(records) == 0 {
		return nil, fmt.Errorf("none of mitdb, nstdb and cpsc2019 is in %s; set -data or ECG_DATA to the folder that holds them", folder)
	}
	return records, nil
}

// quiet lists the parts of a record of the noise stress test database without
// noise: the first five minutes, and then two of each four.
func quiet(samples int, rateHz float64) [][2]float64 {
	parts := [][2]float64{{0, 5 * 60}}
	for from := 7 * 60.0; from < float64(samples)/rateHz; from += 4 * 60 {
		parts = append(parts, [2]float64{from, from + 2*60})
	}
	return parts
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
		records = append(records, record{"cpsc2019", stress.Record{Name: number, RateHz: rateHz, MV: mv, Beats: beats}})
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
