package recording_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"systole/shared/ecg/recording"
)

// appleCSV returns an export with the rows of a language. The names are invented.
func appleCSV(rows []string, comma bool, samples int) string {
	var b strings.Builder
	for _, row := range rows {
		b.WriteString(row + "\n")
	}
	for i := range samples {
		n := fmt.Sprintf("%.3f", 1000*wave(i))
		if comma {
			n = strings.Replace(n, ".", ",", 1)
		}
		b.WriteString(n + "\n")
	}
	return b.String()
}

var appleLanguages = map[string]struct {
	rows  []string
	comma bool
}{
	"English": {[]string{"Name,Erika Mustermann", `Date of Birth,"Feb 5, 1952"`, "Recorded Date,2020-02-05 09:14:40 -0400", "Classification,Sinus Rhythm",
		"Symptoms,", "Software Version,1.51", `Device,"Watch5,4"`, "Sample Rate,512.844 hertz", "", "", "Lead,Lead I", "Unit,µV", ""}, false},
	"German": {[]string{"Name,Erika Mustermann", "Geburtstag,05.02.1952", "Aufzeichnungsdatum,2020-02-05 15:14:40 +0200", "Klassifizierung,Sinusrhythmus",
		"Symptome,", "Softwareversion,1.9", `Gerät,"Watch5,4"`, "Messrate,\"512,844\u00a0Hertz\"", "", "Ableitung,Ableitung I", "Einheit,µV", ""}, true},
	"French": {[]string{"Nom,Erika Mustermann", "Date de naissance,5 févr. 1952", "Date d’enregistrement,2020-02-05 14:14:40 +0100", "Classification,Rythme sinusal",
		"Version du logiciel,2.0", `Appareil,"Watch6,1"`, "Fréquence d’échantillonnage,513Hz", "", "Dérivation,Dérivation I", "Unité,μV", ""}, true},
	"Korean": {[]string{"이름,홍길동", "생년월일,1952년 2월 5일", "기록된 날짜,2020-02-05 22:14:40 +0900", "분류,동리듬",
		"소프트웨어 버전,1.90", `기기,"Watch6,2"`, "샘플률,512 헤르츠", "", "리드,리드 I", "단위,µV", ""}, false},
}

func TestAnAppleWatchsExportIsReadInAnyLanguage(t *testing.T) {
	const samples = 2000
	for language, tt := range appleLanguages {
		t.Run(language, func(t *testing.T) {
			r, err := recording.ReadBytes([]byte(appleCSV(tt.rows, tt.comma, samples)), recording.Hints{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Format != "apple" || r.RateHz < 511 || r.RateHz > 514 || !strings.HasPrefix(r.Device, "Apple Watch") || r.Chosen().Name != "I" {
				t.Errorf("format %s, rate %v, device %q, lead %q", r.Format, r.RateHz, r.Device, r.Chosen().Name)
			}
			if day := r.Start.Format(time.DateOnly); day != "2020-02-05" {
				t.Errorf("start %v", r.Start)
			}
			mv := r.Chosen().MV
			for i := range mv {
				if math.Abs(mv[i]-wave(i)) > 1e-5 {
					t.Fatalf("sample %d is %v, want %v", i, mv[i], wave(i))
				}
			}
			if len(mv) != samples {
				t.Errorf("%d samples", len(mv))
			}
			for _, word := range []string{"Erika", "Mustermann", "홍길동", "1952"} {
				if strings.Contains(fmt.Sprintf("%+v", r.Notes)+r.Device, word) {
					t.Errorf("the recording tells %q", word)
				}
			}
		})
	}
}

func TestTheNewestECGOfAppleWholeExportIsRead(t *testing.T) {
	older := appleCSV(appleLanguages["English"].rows, false, 300)
	newer := appleCSV(appleLanguages["German"].rows, true, 700)
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"apple_health_export/export.xml":                                 strings.Repeat("<Record/>", 1000),
		"apple_health_export/electrocardiograms/ecg_2020-02-05.csv":      older,
		"apple_health_export/electrocardiograms/ecg_2021-02-05_1.csv":    newer,
		"apple_health_export/workout-routes/route_2022-01-01_9.10am.gpx": "<gpx/>",
	} {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		f.Write([]byte(content)) // writes to memory cannot fail
	}
	w.Close()
	r, err := recording.ReadBytes(b.Bytes(), recording.Hints{})
	if err != nil || r.Format != "apple" || len(r.Chosen().MV) != 700 {
		t.Fatalf("%+v, %v", r, err)
	}
	if !strings.Contains(codes(r), "newest_taken") {
		t.Errorf("notes %s", codes(r))
	}
}

func TestABrokenExportOfAppleSaysWhatIsWrong(t *testing.T) {
	rows := appleLanguages["English"].rows
	for name, tt := range map[string]struct{ file, detail string }{
		"few samples":       {appleCSV(rows, false, 50), "50 samples only"},
		"a word in between": {appleCSV(rows, false, 500) + "lead off\n" + "1.0\n", "number 501"},
	} {
		_, err := recording.ReadBytes([]byte(tt.file), recording.Hints{})
		var refused *recording.Error
		if !errors.As(err, &refused) || !strings.Contains(refused.Detail, tt.detail) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzApple(f *testing.F) {
	for _, tt := range appleLanguages {
		f.Add([]byte(appleCSV(tt.rows, tt.comma, 120)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if r, err := recording.ReadBytes(data, recording.Hints{RateHz: 500}); err == nil && len(r.Chosen().MV) > len(data) {
			t.Errorf("%d samples of %d bytes", len(r.Chosen().MV), len(data))
		}
	})
}
