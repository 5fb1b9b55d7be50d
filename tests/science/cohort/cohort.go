// Package cohort reads collections of recordings of many persons: folders laid
// out like the ECG-ID or the Heartprint database, and lists in CSV files.
package cohort

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Recording is one recording of one person.
type Recording struct {
	Database string // recordings are compared within a database
	Person   string // unique across databases: "ecg-id/01"
	Session  string // sorts by time within a database
	Name     string // file name; sorts by time within a session
	MV       []float64
	RateHz   float64
}

// The databases that have protocols of their own.
const (
	ECGID      = "ecg-id"
	Heartprint = "heartprint"
)

// ErrNoData is the error of a folder without recordings.
var ErrNoData = errors.New("no recordings found")

// Folder returns the folder of the data: the argument, or the environment
// variable ECG_DATA, or shared/data beside the repository.
func Folder(argument, root string) string {
	if argument != "" {
		return argument
	}
	if folder := os.Getenv("ECG_DATA"); folder != "" {
		return folder
	}
	return filepath.Join(root, "..", "shared", "data")
}

// Load reads a CSV list, a folder laid out like ecg-id or heartprint, or a
// folder that holds such folders. The recordings are sorted by person, session
// and name.
func Load(path string) ([]Recording, error) {
	load := loadFolder
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		load = loadList
	}
	recordings, err := load(path)
	if err != nil {
		return nil, err
	}
	if len(recordings) == 0 {
		return nil, fmt.Errorf("%s: %w", path, ErrNoData)
	}
	slices.SortFunc(recordings, func(a, b Recording) int {
		return strings.Compare(a.Person+"\x00"+a.Session+"\x00"+a.Name, b.Person+"\x00"+b.Session+"\x00"+b.Name)
	})
	return recordings, nil
}

func loadFolder(path string) ([]Recording, error) {
	if exists(filepath.Join(path, "Session-1")) {
		return loadHeartprint(path)
	}
	if persons, _ := filepath.Glob(filepath.Join(path, "Person_*")); len(persons) > 0 {
		return loadECGID(persons)
	}
	var all []Recording
	for _, name := range []string{ECGID, Heartprint} {
		inside := filepath.Join(path, name)
		if !exists(inside) {
			continue
		}
		recordings, err := loadFolder(inside)
		if err != nil {
			return nil, err
		}
		all = append(all, recordings...)
	}
	return all, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
