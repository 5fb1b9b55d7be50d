package cohort

import (
	"compress/gzip"
	"encoding/binary"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PTBXL is the PTB-XL database: hospital patients, 10 s at 100 Hz, many of them
// on several days. Load leaves it out, as it is too large to segment for every
// question.
const PTBXL = "ptb-xl"

const (
	ptbxlRateHz  = 100
	ptbxlSamples = 1000 // of each recording
)

// Patient is PTB-XL's data on a recording besides its samples.
type Patient struct {
	Fold   int // 1 to 10, by person
	Age    int // years
	Sex    string
	At     time.Time
	Normal bool   // whether the ECG was found normal
	Codes  string // SCP-ECG statements with likelihoods, as the index writes them
}

// Has reports whether the ECG has one of the SCP-ECG statements.
func (p Patient) Has(codes ...string) bool {
	return slices.ContainsFunc(codes, func(code string) bool { return strings.Contains(p.Codes, "'"+code+"'") })
}

// LoadPTBXL reads lead I of the recordings of the folds, or of all folds if none
// is given. axis rotates the lead: that share of lead II is added, which has the
// effect of another position of the heart or of the electrodes. Recordings are
// sorted by person and date; a session is a day. The patients are in the same
// order.
func LoadPTBXL(folder string, axis float64, folds ...int) ([]Recording, []Patient, error) {
	index, err := os.Open(filepath.Join(folder, "index.csv"))
	if err != nil {
		return nil, nil, err
	}
	defer index.Close()
	rows, err := csv.NewReader(index).ReadAll()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", index.Name(), err)
	}
	mv, err := readMicrovolts(filepath.Join(folder, "lead_i.i16.gz"))
	if err != nil {
		return nil, nil, err
	}
	if axis != 0 {
		second, err := readMicrovolts(filepath.Join(folder, "lead_ii.i16.gz"))
		if err != nil {
			return nil, nil, err
		}
		for i, v := range second[:len(mv)] {
			mv[i] += axis * v
		}
	}
	var recordings []Recording
	var patients []Patient
	for i, row := range rows[1:] {
		if (i+1)*ptbxlSamples > len(mv) {
			return nil, nil, fmt.Errorf("%s: fewer samples than recordings", folder)
		}
		p, err := patient(row)
		if err != nil {
			return nil, nil, fmt.Errorf("%s:%d: %w", index.Name(), i+2, err)
		}
		if len(folds) > 0 && !slices.Contains(folds, p.Fold) {
			continue
		}
		recordings = append(recordings, Recording{
			Database: PTBXL, Person: PTBXL + "/" + row[0],
			Session: p.At.Format(time.DateOnly), Name: p.At.Format(time.TimeOnly) + " " + row[2],
			MV: mv[i*ptbxlSamples : (i+1)*ptbxlSamples], RateHz: ptbxlRateHz,
		})
		patients = append(patients, p)
	}
	return recordings, patients, nil
}

// patient reads a line of the index: person, date, ecg_id, fold, age, sex,
// device, scp_codes.
func patient(row []string) (Patient, error) {
	const columns = 8
	if len(row) < columns {
		return Patient{}, fmt.Errorf("%d columns, want %d", len(row), columns)
	}
	at, err := time.Parse(time.DateTime, row[1])
	if err != nil {
		return Patient{}, err
	}
	fold, err := strconv.Atoi(row[3])
	if err != nil {
		return Patient{}, err
	}
	age, err := strconv.ParseFloat(row[4], 64)
	if err != nil {
		age = -1
	}
	p := Patient{Fold: fold, Age: int(age), Sex: row[5], At: at, Codes: row[7]}
	p.Normal = p.Has("NORM")
	return p, nil
}

// readMicrovolts reads a gzip file of little-endian 16-bit integers in µV, and
// returns them in mV.
func readMicrovolts(path string) ([]float64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	raw, err := io.ReadAll(unzipped)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	mv := make([]float64, len(raw)/2)
	for i := range mv {
		mv[i] = float64(int16(binary.LittleEndian.Uint16(raw[2*i:]))) / 1000
	}
	return mv, nil
}
