package cohort

import (
	"os"
	"path/filepath"
	"strings"
)

// MITDB is the MIT-BIH arrhythmia database, half-hour records of one person
// each. Load leaves it out: it has no second recording of anybody.
const MITDB = "mitdb"

const mitdbRateHz = 360

// LoadMITDB reads the first signal of each record in the folder.
func LoadMITDB(folder string) ([]Recording, error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.dat"))
	if err != nil {
		return nil, err
	}
	var recordings []Recording
	for _, file := range files {
		samples, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		name := strings.TrimSuffix(filepath.Base(file), ".dat")
		recordings = append(recordings, Recording{
			Database: MITDB, Person: MITDB + "/" + name, Name: name,
			MV: First212(samples), RateHz: mitdbRateHz,
		})
	}
	return recordings, nil
}

// First212 is the first of two signals in WFDB format 212, in mV for the
// database's gain of 200 and zero of 1,024.
func First212(b []byte) []float64 {
	var x []float64
	for i := 0; i+3 <= len(b); i += 3 {
		v := int(b[i]) | int(b[i+1]&15)<<8
		if v > 2047 {
			v -= 4096
		}
		x = append(x, float64(v-1024)/200)
	}
	return x
}
