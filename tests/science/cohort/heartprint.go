package cohort

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	heartprintRateHz = 250
	// heartprintSamples is the number of values at a file's start that are the
	// signal.
	heartprintSamples = 3747
)

// The sessions of Heartprint.
const (
	Session1  = "1"
	Session2  = "2"
	Session3R = "3R"
	Session3L = "3L"
)

// loadHeartprint reads the Heartprint database without the files that its
// list of duplicates names: the copies in 3L of 3R, and those in session 2 of
// session 1.
func loadHeartprint(folder string) ([]Recording, error) {
	copies, err := duplicates(filepath.Join(folder, "heartprint_duplicates.json"))
	if err != nil {
		return nil, err
	}
	var recordings []Recording
	for _, session := range []string{Session1, Session2, Session3R, Session3L} {
		files, err := filepath.Glob(filepath.Join(folder, "Session-"+session, "*", "*.txt"))
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			person, name := filepath.Base(filepath.Dir(file)), filepath.Base(file)
			if slices.Contains(copies, "Session-"+session+"/"+person+"/"+name) {
				continue
			}
			mv, err := readColumn(file, heartprintSamples)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", file, err)
			}
			recordings = append(recordings, Recording{
				Database: Heartprint, Person: Heartprint + "/" + person, Session: session,
				Name: sortable(name), MV: mv, RateHz: heartprintRateHz,
			})
		}
	}
	return recordings, nil
}

// duplicates returns the files to leave out: all but one of each group of equal
// files. It keeps a file outside 3L, since most of those in 3L copy 3R, and of those
// the one of the earlier session.
func duplicates(list string) ([]string, error) {
	text, err := os.ReadFile(list)
	if err != nil {
		return nil, err
	}
	var groups [][]string
	if err := json.Unmarshal(text, &groups); err != nil {
		return nil, fmt.Errorf("%s: %w", list, err)
	}
	var copies []string
	for _, group := range groups {
		kept := slices.IndexFunc(group, func(file string) bool { return !strings.HasPrefix(file, "Session-3L/") })
		copies = append(copies, slices.Delete(slices.Clone(group), max(kept, 0), max(kept, 0)+1)...)
	}
	return copies, nil
}

// sortable turns a name that begins with DDMMYYYY into one that begins with
// YYYYMMDD, as most do.
func sortable(name string) string {
	if len(name) < 8 || strings.HasPrefix(name, "20") && name[4:6] <= "12" {
		return name
	}
	return name[4:8] + name[2:4] + name[:2] + name[8:]
}

// readColumn reads the first numbers of a file with one per line.
func readColumn(path string, n int) ([]float64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	values := make([]float64, 0, n)
	for lines := bufio.NewScanner(file); len(values) < n && lines.Scan(); {
		v, err := strconv.ParseFloat(strings.TrimSpace(lines.Text()), 64)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	return values, nil
}
