package cohort

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write writes the files into a new folder and returns it.
func write(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

// listed returns the loaded recordings in one line.
func listed(recordings []Recording) string {
	var all []string
	for _, r := range recordings {
		all = append(all, fmt.Sprint(r.Person, " ", r.Session, " ", r.Name, " ", r.MV, " ", r.RateHz))
	}
	return strings.Join(all, "\n")
}

func TestLoadReadsEachLayout(t *testing.T) {
	tests := []struct {
		name  string
		files map[string]string
		path  string
		want  string
	}{
		{
			"ecg-id, without invalid samples",
			map[string]string{
				"Person_01/rec_2.hea": "rec_2 2 500 252\nrec_2.dat 16 200\nrec_2.dat 16 200\n# ECG date: 07.12.2004\n",
				"Person_01/rec_2.dat": strings.Repeat("\xff", 4*250) + "\xc8\x00\x01\x00\x9c\xff\x02\x00",
			}, "", "ecg-id/01 2004-12-07 rec_002 [1 -0.5] 500",
		},
		{
			"heartprint, without copies, with dates turned round",
			map[string]string{
				"Session-1/007/28092013_1200_01_ECG.txt":  "0.5\n-1\n",
				"Session-3R/007/20130930_1200_01_ECG.txt": "2\n",
				"Session-3L/007/20130930_1200_01_ECG.txt": "2\n",
				"heartprint_duplicates.json":              `[["Session-3L/007/20130930_1200_01_ECG.txt","Session-3R/007/20130930_1200_01_ECG.txt"]]`,
			}, "",
			"heartprint/007 1 20130928_1200_01_ECG.txt [0.5 -1] 250\nheartprint/007 3R 20130930_1200_01_ECG.txt [2] 250",
		},
		{
			"list",
			map[string]string{"mine.csv": "person,session,file,rate\nann,1,a.txt,300\n", "a.txt": "1\n2\n"},
			"mine.csv", "mine/ann 1 a.txt [1 2] 300",
		},
		{
			"list, of a header whose second file of samples is missing",
			map[string]string{
				"mine.csv":      "ann,1,records/r.hea,\n",
				"records/r.hea": "r 2 500 4\nr.dat 16 200 16 0 0 0 0 i\nr.xyz 16 200 16 0 0 0 0 vx\n# <age>: 50\n",
				"records/r.dat": "\xc8\x00\x9c\xff\x00\x00\x64\x00",
			},
			"mine.csv", "mine/ann 1 r.hea [1 -0.5 0 0.5] 500",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := Load(filepath.Join(write(t, test.files), test.path))
			if err != nil {
				t.Fatal(err)
			}
			if listed(got) != test.want {
				t.Errorf("got\n%s\nwant\n%s", listed(got), test.want)
			}
		})
	}
}

func TestLoadSaysWhereThereIsNothing(t *testing.T) {
	if _, err := Load(t.TempDir()); !errors.Is(err, ErrNoData) {
		t.Errorf("empty folder: %v, want ErrNoData", err)
	}
}

func TestAPatientsStatementsAreFoundByTheWholeCode(t *testing.T) {
	p, err := patient([]string{"302", "1989-02-22 10:28:39", "2510", "2", "76.0", "M", "AT-6", "{'IRBBB': 100.0, 'NORM': 0.0}"})
	if err != nil || !p.Normal || !p.Has("PACE", "IRBBB") || p.Has("RBBB") {
		t.Errorf("%+v, %v", p, err)
	}
}
