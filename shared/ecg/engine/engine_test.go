package engine

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"systole/shared/biometric"
	"systole/shared/biometric/protect"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/plda"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/memory"
	"systole/shared/store"
	"systole/tests/support/recordings"
)

// The excerpts: an enrolment, two checks by the same person, checks by others.
const (
	enrolment = "person01_rec1_20s.csv"
	same      = "person01_rec2_12s.csv"
	third     = "person01_rec3_12s.csv"
)

var others = []string{"person02_rec1_12s.csv", "person10_rec1_12s.csv", "person20_rec1_12s.csv"}

// read reads a file that holds one recording.
func read(t testing.TB, e *Engine, file []byte) biometric.Reading {
	t.Helper()
	r, err := e.Group(t.Context(), [][]byte{file})[0].Read(biometric.Hints{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func enrol(t testing.TB, e *Engine, files ...string) biometric.Template {
	t.Helper()
	var readings []biometric.Reading
	for _, f := range files {
		readings = append(readings, read(t, e, recordings.Excerpt(t, f)))
	}
	template, err := e.Enrol(e.Algorithms().Newest, biometric.EnrolmentNeed, readings)
	if err != nil {
		t.Fatal(err)
	}
	return template
}

func verify(t testing.TB, template biometric.Template, probe biometric.Reading) bool {
	t.Helper()
	ok, err := template.Verify(probe, 0.01)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

func TestThePersonIsAcceptedAndOthersAreNot(t *testing.T) {
	e := New(500)
	template := enrol(t, e, enrolment)
	if !verify(t, template, read(t, e, recordings.Excerpt(t, same))) {
		t.Error("the person is refused")
	}
	for _, name := range others {
		if verify(t, template, read(t, e, recordings.Excerpt(t, name))) {
			t.Errorf("%s is accepted", name)
		}
	}
}

// changed rewrites every value of an excerpt.
func changed(t *testing.T, file []byte, change func(v float64) float64) []byte {
	t.Helper()
	var out bytes.Buffer
	for line := range strings.Lines(string(file)) {
		v, err := strconv.ParseFloat(strings.Trim(line, "\"\r\n"), 64)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "\"%.6f\"\n", change(v))
	}
	return out.Bytes()
}

func lines(file []byte, from, to int) []byte {
	return bytes.Join(bytes.SplitAfter(file, []byte("\n"))[from:to], nil)
}

func TestAUsedRecordingIsRecognisedInEveryDisguise(t *testing.T) {
	e := New(500)
	key := [32]byte{1}
	digest := func(file []byte) []byte {
		d, err := read(t, e, file).Digest(key)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	used := recordings.Excerpt(t, same)
	history := [][]byte{nil, []byte("not a digest"), digest(recordings.Excerpt(t, enrolment)), digest(used)}
	scaled := func(f func(v float64) float64) []byte { return changed(t, used, f) }
	for name, again := range map[string][]byte{
		"as it was":       used,
		"later begun":     lines(used, 400, 6000),
		"louder":          scaled(func(v float64) float64 { return 1.7 * v }),
		"upside down":     scaled(func(v float64) float64 { return -v }),
		"with an offset":  scaled(func(v float64) float64 { return v + 3 }),
		"in other digits": scaled(func(v float64) float64 { return v }),
	} {
		if !e.Replayed(read(t, e, again), key, history) {
			t.Errorf("%s: not recognised", name)
		}
	}
	if e.Replayed(read(t, e, recordings.Excerpt(t, third)), key, history) {
		t.Error("a new recording is taken for a used one")
	}
}

func TestOneBeatRepeatedIsNotNatural(t *testing.T) {
	e := New(500)
	beat := lines(recordings.Excerpt(t, same), 1000, 1400)
	if read(t, e, bytes.Repeat(beat, 15)).Natural() {
		t.Error("taken for a living heart")
	}
	if !read(t, e, recordings.Excerpt(t, same)).Natural() {
		t.Error("a living heart isn't")
	}
}

func TestAStatedRateIsHeldAgainstTheHeart(t *testing.T) {
	recording := New(500).Group(t.Context(), [][]byte{bytes.Repeat(recordings.Excerpt(t, same), 4)})[0] // 48 s at 500 Hz, 75 beats a minute
	for rateHz, want := range map[float64]fault.Code{
		50: fault.RateImplausible, 100: fault.RateImplausible, 150: fault.RateImplausible, 180: fault.RateImplausible,
		250: "", 400: "", 500: "", 700: "",
		1600: fault.RateImplausible, 1700: fault.RateImplausible, 2000: fault.RateImplausible, 4000: fault.RateImplausible, 5000: fault.RateImplausible,
	} {
		r, err := recording.Read(biometric.Hints{RateHz: rateHz})
		if err == nil {
			err = r.Usable(biometric.EnrolmentNeed)
		}
		if codeOf(err) != want {
			t.Errorf("%v Hz: %v, want %q", rateHz, err, want)
		}
	}
}

func TestAnEnrolmentAtAWrongRateIsRefusedByTheFormOfTheBeats(t *testing.T) {
	e := New(500)
	for stated, least := range map[float64]int{500: 0, 250: 20, 1000: 20} {
		refused := 0
		for person := 1; person <= recordings.People; person++ {
			r, err := e.Group(t.Context(), [][]byte{recordings.Enrolment(t, person)})[0].Read(biometric.Hints{RateHz: stated})
			if err == nil {
				_, err = e.Enrol(e.Algorithms().Newest, biometric.EnrolmentNeed, []biometric.Reading{r})
			}
			if codeOf(err) == fault.RateImplausible {
				refused++
			}
			var f *fault.Error
			if errors.As(err, &f) && f.Params["likely_hz"] != nil && stated != 500 {
				if hz := f.Params["likely_hz"].(float64); hz < 300 || hz > 1000 {
					t.Errorf("person %d at %v Hz: likely %v Hz", person, stated, hz)
				}
			}
		}
		if refused < least || stated == 500 && refused > 0 {
			t.Errorf("at %v Hz %d of %d refused, want %d", stated, refused, recordings.People, least)
		}
	}
}

// olderAndNewer returns an engine whose only algorithm compares one feature less
// than the shipped one, and an engine that has both.
func olderAndNewer() (older, newer *Engine) {
	p := *parameters.Shipped.Newest()
	p.Algorithm = "shorter-0"
	p.Spaces = slices.Clone(p.Spaces)
	p.Spaces[len(p.Spaces)-1] = plda.Space{}
	first := parameters.Algorithm{Name: p.Algorithm, Parameters: func() *parameters.Parameters { return &p }}
	return &Engine{500, parameters.Algorithms{first}}, &Engine{500, append(parameters.Shipped, first)}
}

func TestOldAndNewAlgorithmsLiveSideBySide(t *testing.T) {
	older, newer := olderAndNewer()
	stored := func(e *Engine, template biometric.Template) biometric.Template {
		b, err := template.Marshal([32]byte{7})
		if err != nil {
			t.Fatal(err)
		}
		opened, err := e.Open(b, [32]byte{7})
		if err != nil {
			t.Fatal(err)
		}
		return opened
	}
	old := enrol(t, older, enrolment)
	kept, made := stored(newer, old), stored(newer, enrol(t, newer, enrolment))
	if kept.Algorithm() != "shorter-0" || made.Algorithm() != parameters.Shipped[0].Name {
		t.Errorf("the old template is of %q, the new one of %q", kept.Algorithm(), made.Algorithm())
	}
	for _, name := range append(others, same, third) {
		probe := read(t, newer, recordings.Excerpt(t, name)) // one reading for both
		alone := verify(t, old, read(t, older, recordings.Excerpt(t, name)))
		if got := verify(t, kept, probe); got != alone {
			t.Errorf("%s against the old template: %v, with the old algorithm alone %v", name, got, alone)
		}
		if got, want := verify(t, made, probe), strings.HasPrefix(name, "person01"); got != want {
			t.Errorf("%s against the new template: %v", name, got)
		}
	}
	b, err := made.Marshal([32]byte{7})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := older.Open(b, [32]byte{7}); !errors.Is(err, biometric.ErrObsolete) {
		t.Errorf("a template of an algorithm that isn't at hand: %v", err)
	}
}

func TestAFreshAlgorithmIsTheNewestAndNotSettled(t *testing.T) {
	older, newer := olderAndNewer()
	if got := older.Algorithms(); got.Newest != "shorter-0" || !slices.Equal(got.Settled, []string{"shorter-0"}) {
		t.Errorf("one algorithm: %+v", got)
	}
	newer.algorithms = slices.Clone(newer.algorithms)
	for i := range newer.algorithms {
		newer.algorithms[i].Fresh = i == 0
	}
	got := newer.Algorithms()
	if got.Newest != parameters.Shipped[0].Name || slices.Contains(got.Settled, got.Newest) || got.Settled[len(got.Settled)-1] != "shorter-0" {
		t.Errorf("a fresh one and others: %+v", got)
	}
	if _, err := newer.Enrol("no such algorithm", biometric.EnrolmentNeed, nil); !errors.Is(err, biometric.ErrObsolete) {
		t.Errorf("enrolled by none: %v", err)
	}
}

func TestFurtherRecordingsJoinTheLastDay(t *testing.T) {
	e := New(500)
	template := enrol(t, e, enrolment)
	next, err := template.Join(biometric.ProbeNeed, []biometric.Reading{read(t, e, recordings.Excerpt(t, same))})
	if err != nil {
		t.Fatal(err)
	}
	if next.Days() != 1 || next.Weight() <= template.Weight() {
		t.Errorf("%d days, weight %g after %g", next.Days(), next.Weight(), template.Weight())
	}
	if !verify(t, next, read(t, e, recordings.Excerpt(t, third))) || verify(t, next, read(t, e, recordings.Excerpt(t, others[0]))) {
		t.Error("it tells its person apart no more")
	}
	if _, err := template.Join(biometric.ProbeNeed, nil); err == nil {
		t.Error("nothing joined")
	}
}

func TestTemplatesOfAllAlgorithmsHaveOneScaleOfWeight(t *testing.T) {
	older, newer := olderAndNewer()
	if a, b := enrol(t, older, enrolment).Weight(), enrol(t, newer, enrolment).Weight(); a != b {
		t.Errorf("%g and %g of one recording", a, b)
	}
}

func TestWhatIsNoTemplateIsNotObsolete(t *testing.T) {
	if _, err := New(500).Open([]byte("garbage"), [32]byte{}); err == nil || errors.Is(err, biometric.ErrObsolete) {
		t.Errorf("error %v", err)
	}
}

type foreign struct{ biometric.Reading }

func TestAReadingOfAnotherEngineIsRefused(t *testing.T) {
	e := New(500)
	template := enrol(t, e, enrolment)
	if _, err := e.Enrol(e.Algorithms().Newest, biometric.EnrolmentNeed, []biometric.Reading{foreign{}}); err == nil {
		t.Error("enrolled")
	}
	if ok, err := template.Verify(foreign{}, 0.01); ok || err == nil {
		t.Error("verified")
	}
}

// BenchmarkCheck measures from a file of 12 s to the decision, without the
// stores.
func BenchmarkCheck(b *testing.B) {
	e := New(500)
	template := enrol(b, e, enrolment)
	key := [32]byte{1}
	enrolled, err := read(b, e, recordings.Excerpt(b, enrolment)).Digest(key)
	if err != nil {
		b.Fatal(err)
	}
	file := recordings.Excerpt(b, same)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		probe := read(b, e, file)
		if err := probe.Usable(biometric.ProbeNeed); err != nil {
			b.Fatal(err)
		}
		_, err := probe.Digest(key)
		if err != nil || e.Replayed(probe, key, [][]byte{enrolled}) || !probe.Natural() {
			b.Fatal("refused")
		}
		if !verify(b, template, probe) {
			b.Fatal("rejected")
		}
	}
	b.ReportMetric(12*float64(b.N)/b.Elapsed().Seconds(), "ECG-s/s")
}

// BenchmarkEnrolTenMinutes measures from a file of ten minutes to the template,
// which is stored in memory with the file.
func BenchmarkEnrolTenMinutes(b *testing.B) {
	const token = "0123456789abcdef0123456789abcdef01234567"
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	clock := func() time.Time { return noon }
	keys, err := protect.NewRing("a secret of the tests, and of nobody else")
	if err != nil {
		b.Fatal(err)
	}
	rows := new(memory.Store)
	session := store.Session{ID: sha256.Sum256([]byte(token)), Username: "kim", PK: 7, Issued: noon, Used: noon, Expires: noon.Add(time.Hour)}
	err = errors.Join(
		rows.CreateMember(b.Context(), store.Member{Username: "kim", PK: 7, PasswordHash: "hash"}),
		rows.CreateSession(b.Context(), session, store.Event{}, nil),
	)
	if err != nil {
		b.Fatal(err)
	}
	tokens := member.NewTokens(rows, member.DefaultTokenLimits, clock, rand.Reader)
	service := biometric.NewService(tokens, rows, &memory.Objects{Now: clock}, keys, New(500),
		biometric.Settings{FMR: 0.01, KeepUploads: true, Parallel: 2}, clock, rand.Reader)
	file := bytes.Repeat(recordings.Excerpt(b, enrolment), 30)
	b.SetBytes(int64(len(file)))
	b.ReportAllocs()
	for b.Loop() {
		if err := service.Enrol(b.Context(), token, biometric.Enrolment{Submission: biometric.Submission{Files: [][]byte{file}}}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(600*float64(b.N)/b.Elapsed().Seconds(), "ECG-s/s")
}
