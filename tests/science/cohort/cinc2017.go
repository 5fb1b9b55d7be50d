package cohort

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// CinC2017 is the database of the PhysioNet/CinC Challenge 2017: fingers on a
// hand-held recorder. Its persons are not identified, so that it only serves to
// test noise.
const CinC2017 = "cinc2017"

const cinc2017RateHz = 300

// LoadCinC2017 reads the recordings in the folder; a recording's session is its
// label: N, A, O, or ~ for noise.
func LoadCinC2017(folder string) ([]Recording, error) {
	index, err := os.Open(filepath.Join(folder, "index.csv"))
	if err != nil {
		return nil, err
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", index.Name(), err)
	}
	mv, err := readMicrovolts(filepath.Join(folder, "lead_i.i16.gz"))
	if err != nil {
		return nil, err
	}
	var recordings []Recording
	for i, row := range rows[1:] {
		offset, err := strconv.Atoi(row[2])
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", index.Name(), i+2, err)
		}
		n, err := strconv.Atoi(row[3])
		if err != nil || offset < 0 || n < 0 || offset+n > len(mv) {
			return nil, fmt.Errorf("%s:%d: no such samples", index.Name(), i+2)
		}
		recordings = append(recordings, Recording{
			Database: CinC2017, Person: CinC2017 + "/" + row[0], Session: row[1], Name: row[0],
			MV: mv[offset : offset+n], RateHz: cinc2017RateHz,
		})
	}
	return recordings, nil
}
