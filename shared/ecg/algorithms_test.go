package ecg_test

import (
	"errors"
	"slices"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/plda"
)

// twoAlgorithms returns the newest algorithm, and an older one that compares one
// feature less.
func twoAlgorithms() parameters.Algorithms {
	older := *parameters.Shipped.Newest()
	older.Algorithm = "shorter-0"
	older.Spaces = slices.Clone(older.Spaces)
	older.Spaces[len(older.Spaces)-1] = plda.Space{}
	named := func(p *parameters.Parameters) parameters.Algorithm {
		return parameters.Algorithm{Name: p.Algorithm, Parameters: func() *parameters.Parameters { return p }}
	}
	return parameters.Algorithms{named(parameters.Shipped.Newest()), named(&older)}
}

func TestATemplateIsComparedByTheAlgorithmThatMadeItAndByNoOther(t *testing.T) {
	algorithms := twoAlgorithms()
	type stored struct {
		bytes []byte
		score ecg.Score // of a probe that no other template has seen
	}
	var all []stored
	for _, a := range algorithms {
		template, err := ecg.Enrol(a.Parameters(), enrolmentNeed, read(t, strip(1, 1, 20)))
		if err != nil {
			t.Fatal(err)
		}
		if template.Algorithm() != a.Name {
			t.Errorf("made by %q, want %q", template.Algorithm(), a.Name)
		}
		b, err := template.Marshal(ecg.Seed{1})
		if err != nil {
			t.Fatal(err)
		}
		read1, err := ecg.ParseTemplate(b, ecg.Seed{1}, algorithms)
		if err != nil {
			t.Fatal(err)
		}
		score, err := read1.Compare(read(t, strip(1, 2, 12)))
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, stored{b, score})
	}
	if all[0].score == all[1].score {
		t.Error("both algorithms give one score")
	}
	probe := read(t, strip(1, 2, 12)) // one reading for both, in turn
	for _, i := range []int{0, 1, 0, 1} {
		template, err := ecg.ParseTemplate(all[i].bytes, ecg.Seed{1}, algorithms)
		if err != nil || template.Algorithm() != algorithms[i].Name {
			t.Fatalf("%s: %v", algorithms[i].Name, err)
		}
		score, err := template.Compare(probe)
		if err != nil || score != all[i].score {
			t.Errorf("%s: another score than with a reading of its own, error %v", algorithms[i].Name, err)
		}
	}
}

func TestATemplateWhoseAlgorithmIsNotAtHandIsObsolete(t *testing.T) {
	algorithms := twoAlgorithms()
	template, err := ecg.Enrol(algorithms[1].Parameters(), enrolmentNeed, read(t, strip(1, 1, 20)))
	if err != nil {
		t.Fatal(err)
	}
	b, err := template.Marshal(ecg.Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ecg.ParseTemplate(b, ecg.Seed{1}, algorithms[:1]); !errors.Is(err, ecg.ErrObsolete) {
		t.Errorf("error %v, want ErrObsolete", err)
	}
}

// The algorithm's name at the front of a stored template is authenticated by
// package protect. If that fails, the templates' sizes still differ.
func TestATemplateUnderTheNameOfAnotherAlgorithmIsRefused(t *testing.T) {
	algorithms := twoAlgorithms()
	b, err := enrol(t, strip(1, 1, 20)).Marshal(ecg.Seed{1})
	if err != nil {
		t.Fatal(err)
	}
	renamed := append([]byte(algorithms[1].Name), b[len(algorithms[0].Name):]...)
	if _, err := ecg.ParseTemplate(renamed, ecg.Seed{1}, algorithms); !errors.Is(err, ecg.ErrCorrupt) {
		t.Errorf("error %v, want ErrCorrupt", err)
	}
}
