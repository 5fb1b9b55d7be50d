package parameters

import (
	"embed"
	"errors"
	"io/fs"
	"sync"
)

//go:embed *.bin *.cohort
var files embed.FS

// Shipped are the algorithms that are part of the program, the newest first. The
// newest makes new templates; the others open the templates that they made, until
// the newest has seen as much (package biometric). To add an algorithm, add its
// file, named after it, in this folder, a line here, and the file of its cohort,
// which infra/train/cohort writes.
//
// A line is fresh for as long as the service may be rolled back to a version that
// doesn't have it. A line may be deleted when no stored template names it any
// more: operate's figures count them.
var Shipped = Algorithms{
	fresh(embedded("heart-4-642a49b2")), // not in 0.1.0
	fresh(embedded("heart-3-1e6f9229")), // not in 0.1.0
	fresh(embedded("heart-2-65f384b2")), // not in 0.1.0
	embedded("heart-1-6bf83077"),
}

// Algorithms are sets of parameters by name, the newest first. At least one isn't
// fresh.
type Algorithms []Algorithm

// Algorithm is a named set of parameters, which are read on first use.
type Algorithm struct {
	Name       string
	Parameters func() *Parameters
	// Fresh marks an algorithm that a version of the program doesn't have to which
	// there may be a rollback: its templates are stored beside one of an algorithm
	// that isn't fresh.
	Fresh bool
}

// fresh returns the algorithm marked as Fresh.
func fresh(a Algorithm) Algorithm {
	a.Fresh = true
	return a
}

// Newest returns the parameters that new templates are made with.
func (a Algorithms) Newest() *Parameters { return a[0].Parameters() }

// Named returns the parameters of the algorithm with the name, and whether there
// is one.
func (a Algorithms) Named(name string) (*Parameters, bool) {
	for _, one := range a {
		if one.Name == name {
			return one.Parameters(), true
		}
	}
	return nil, false
}

// embedded returns an algorithm whose files are in this folder.
func embedded(name string) Algorithm {
	return Algorithm{Name: name, Parameters: sync.OnceValue(func() *Parameters {
		p, err := load(name)
		if err != nil {
			// The files are compiled in and a test reads each: a tested program
			// doesn't come here.
			panic("embedded parameters " + name + ": " + err.Error())
		}
		return p
	})}
}

// load reads the parameter file, and the cohort's if there is one.
func load(name string) (*Parameters, error) {
	b, err := files.ReadFile(name + ".bin")
	if err != nil {
		return nil, err
	}
	p, err := Read(string(b))
	if err != nil {
		return nil, err
	}
	cohort, err := files.ReadFile(name + ".cohort")
	if errors.Is(err, fs.ErrNotExist) {
		return p, nil
	}
	if err != nil {
		return nil, err
	}
	p.Cohort, err = readCohort(string(cohort), p)
	return p, err
}
