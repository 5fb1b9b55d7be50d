package cohort

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
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

// ReadMITDB reads the first signal of a two-signal record in format 212 or 16 from
// beginning to end, in mV: package recording stops where the service does, after
// ten minutes.
func ReadMITDB(base string) (mv []float64, rateHz float64, err error) {
	header, err1 := os.ReadFile(base + ".hea")
	data, err2 := os.ReadFile(base + ".dat")
	if err := errors.Join(err1, err2); err != nil {
		return nil, 0, err
	}
	var name, file, gain string
	var signals, samples, format, resolution int
	var perMV, zero float64
	_, err = fmt.Sscan(string(header), &name, &signals, &rateHz, &samples, &file, &format, &gain, &resolution, &zero)
	// The value of 0 mV stands in brackets behind the gain where it isn't the
	// converter's zero.
	if n, _ := fmt.Sscanf(gain, "%g(%g)", &perMV, &zero); n == 0 {
		perMV = 0
	}
	if err != nil || signals != 2 || format != 212 && format != 16 || perMV <= 0 {
		return nil, 0, fmt.Errorf("%s.hea: not the header of a record of two signals in format 212 or 16: %w", base, err)
	}
	if format == 16 {
		for ; len(data) >= 4; data = data[4:] {
			mv = append(mv, (float64(int16(binary.LittleEndian.Uint16(data)))-zero)/perMV)
		}
		return mv, rateHz, nil
	}
	// Of each three bytes the first and the lower half of the second are the first
	// signal's 12 bits.
	for ; len(data) >= 3; data = data[3:] {
		v := int16(uint16(data[1]&0x0f)<<12|uint16(data[0])<<4) >> 4
		mv = append(mv, (float64(v)-zero)/perMV)
	}
	return mv, rateHz, nil
}
