package cohort

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// loadList reads a CSV list with the columns person, session, file and rate in
// Hz; sessions sort by time. A file holds one number per line, in mV, and its
// path is relative to the list.
func loadList(path string) ([]Recording, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	rows := csv.NewReader(file)
	rows.FieldsPerRecord = 4
	lines, err := rows.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	database := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	var recordings []Recording
	for i, line := range lines {
		if i == 0 && line[0] == "person" {
			continue
		}
		rate, err := strconv.ParseFloat(line[3], 64)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: rate: %w", path, i+1, err)
		}
		const longest = 1 << 20 // more than MaxSeconds at any device's rate
		mv, err := readColumn(filepath.Join(filepath.Dir(path), line[2]), longest)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		recordings = append(recordings, Recording{
			Database: database, Person: database + "/" + line[0], Session: line[1],
			Name: line[2], MV: mv, RateHz: rate,
		})
	}
	return recordings, nil
}
