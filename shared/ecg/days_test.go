package ecg_test

import (
	"math"
	"slices"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
)

// enrolledOn returns a template of the person's days, by the newest algorithm.
func enrolledOn(t *testing.T, person uint64, days ...uint64) *ecg.Template {
	t.Helper()
	template := enrol(t, strip(person, days[0], 20))
	for _, day := range days[1:] {
		var err error
		if template, _, err = template.AddDay(enrolmentNeed, read(t, strip(person, day, 20))); err != nil {
			t.Fatal(err)
		}
	}
	return template
}

func TestADayIsAddedAndComesBackFromWhatIsStored(t *testing.T) {
	template := enrolledOn(t, 1, 1, 2, 3)
	adapted := adaptedTo(t, template, strip(1, 9, 12))
	for _, one := range []*ecg.Template{template, adapted} {
		b, err := one.Marshal(ecg.Seed{7})
		if err != nil {
			t.Fatal(err)
		}
		again, err := ecg.ParseTemplate(b, ecg.Seed{7}, parameters.Shipped)
		if err != nil {
			t.Fatal(err)
		}
		if again.Days() != 3 || math.Abs(again.Weight()-one.Weight()) > 1e-6 {
			t.Errorf("%d days, weight %g, want 3 and %g", again.Days(), again.Weight(), one.Weight())
		}
		probe := read(t, strip(1, 4, 12))
		for _, at := range []ecg.FMR{0.1, 0.01, 0.001} {
			before, err1 := one.Compare(probe)
			after, err2 := again.Compare(probe)
			if err1 != nil || err2 != nil || before.Accepted(at) != after.Accepted(at) {
				t.Errorf("at %g: %v, then %v (%v, %v)", at, before.Accepted(at), after.Accepted(at), err1, err2)
			}
		}
	}
}

func TestTheDaysAreAtMostSoManyAndTheNewestStays(t *testing.T) {
	template := enrolledOn(t, 1, 1, 2, 3, 4, 5, 6, 7)
	if template.Days() != parameters.MaxDays {
		t.Errorf("%d days, want %d", template.Days(), parameters.MaxDays)
	}
}

func TestADayThatIsNoneIsRefusedAndChangesNothing(t *testing.T) {
	template := enrolledOn(t, 1, 1, 2)
	if _, _, err := template.AddDay(enrolmentNeed, read(t, strip(1, 3, 5))); err == nil {
		t.Error("5 s were taken for a day")
	}
	if _, _, err := template.AddDay(enrolmentNeed); err == nil {
		t.Error("a day of no recording was added")
	}
	if template.Days() != 2 {
		t.Errorf("%d days, want 2", template.Days())
	}
}

// A stored number of days that does not fit the number of values must not be
// believed.
func TestStoredDaysThatDontAddUpAreCorrupt(t *testing.T) {
	b, err := enrolledOn(t, 1, 1, 2).Marshal(ecg.Seed{7})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(b, 0) + 1 + 4 // behind the name and the quality
	for _, days := range []float32{-3, -6, -1000, -0.5, float32(math.Inf(-1))} {
		wrong := slices.Clone(b)
		bits := math.Float32bits(days)
		for i := range 4 {
			wrong[at+i] = byte(bits >> (8 * i))
		}
		if _, err := ecg.ParseTemplate(wrong, ecg.Seed{7}, parameters.Shipped); err == nil {
			t.Errorf("%g days were read", days)
		}
	}
}

func TestATemplateKnowsHowManyBeatsItWasMadeOf(t *testing.T) {
	one := enrolledOn(t, 1, 1)
	beats := one.Beats()
	if math.Abs(beats-math.Round(beats)) > 1e-9 || beats < 15 || beats > 40 {
		t.Errorf("%g clean beats in 20 s", beats)
	}
	stored := func(template *ecg.Template) *ecg.Template {
		b, err := template.Marshal(ecg.Seed{7})
		if err != nil {
			t.Fatal(err)
		}
		again, err := ecg.ParseTemplate(b, ecg.Seed{7}, parameters.Shipped)
		if err != nil {
			t.Fatal(err)
		}
		return again
	}
	if again := stored(one).Beats(); math.Abs(again-beats) > 1e-4 {
		t.Errorf("%g beats, and %g as stored", beats, again)
	}
	other := enrolledOn(t, 1, 2).Beats()
	for name, both := range map[string]func() (*ecg.Template, error){
		"another day": func() (*ecg.Template, error) {
			next, _, err := one.AddDay(enrolmentNeed, read(t, strip(1, 2, 20)))
			return next, err
		},
		"the same day": func() (*ecg.Template, error) { return one.Join(enrolmentNeed, read(t, strip(1, 2, 20))) },
	} {
		template, err := both()
		if err != nil {
			t.Fatal(err)
		}
		if got := stored(template).Beats(); got > beats+other+1e-4 || got < 0.9*(beats+other) {
			t.Errorf("%s: %g beats of %g and %g", name, got, beats, other)
		}
	}
}
