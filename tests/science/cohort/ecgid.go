package cohort

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// loadECGID reads the folders of the ECG-ID database's persons: the raw first
// signal of each record; a session is a day.
func loadECGID(persons []string) ([]Recording, error) {
	var recordings []Recording
	for _, folder := range persons {
		headers, err := filepath.Glob(filepath.Join(folder, "*.hea"))
		if err != nil {
			return nil, err
		}
		number := strings.TrimPrefix(filepath.Base(folder), "Person_")
		for _, header := range headers {
			r, err := readECGID(header)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", header, err)
			}
			r.Person = ECGID + "/" + number
			recordings = append(recordings, r)
		}
	}
	return recordings, nil
}

func readECGID(header string) (Recording, error) {
	text, err := os.ReadFile(header)
	if err != nil {
		return Recording{}, err
	}
	day, err := ecgIDDay(string(text))
	if err != nil {
		return Recording{}, err
	}
	base := strings.TrimSuffix(header, ".hea")
	mv, rateHz, err := ReadWFDB(base)
	if err != nil {
		return Recording{}, err
	}
	// rec_2 comes before rec_10.
	name := fmt.Sprintf("rec_%03s", strings.TrimPrefix(filepath.Base(base), "rec_"))
	return Recording{
		Database: ECGID, Session: day, Name: name,
		MV: mv, RateHz: rateHz,
	}, nil
}

func ecgIDDay(header string) (string, error) {
	const label = "# ECG date:"
	for line := range strings.Lines(header) {
		if !strings.HasPrefix(line, label) {
			continue
		}
		day, err := time.Parse("02.01.2006", strings.TrimSpace(strings.TrimPrefix(line, label)))
		if err != nil {
			return "", err
		}
		return day.Format(time.DateOnly), nil
	}
	return "", fmt.Errorf("no line %q", label)
}
