package cohort

import (
	"path/filepath"
	"strings"
)

// MITDB is the MIT-BIH arrhythmia database, half-hour records of one person
// each. Load leaves it out: it has no second recording of anybody.
const MITDB = "mitdb"

// LoadMITDB reads the first signal of each record in the folder.
func LoadMITDB(folder string) ([]Recording, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.dat"))
	if err != nil {
		return nil, err
	}
	var recordings []Recording
	for _, file := range files {
		base := strings.TrimSuffix(file, ".dat")
		mv, rateHz, err := ReadMITDB(base)
		if err != nil {
			return nil, err
		}
		name := filepath.Base(base)
		recordings = append(recordings, Recording{
			Database: MITDB, Person: MITDB + "/" + name, Name: name,
			MV: mv, RateHz: rateHz,
		})
	}
	return recordings, nil
}

// ReadMITDB reads the first signal of a record from beginning to end, in mV.
func ReadMITDB(base string) (mv []float64, rateHz float64, err error) {
	leads, rateHz, err := ReadLeads(base)
	if err != nil {
		return nil, 0, err
	}
	return leads[0].MV, rateHz, nil
}
