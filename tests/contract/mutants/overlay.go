package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// writeOverlay writes the sources with all mutants below dir, and returns the
// path of the file that go build -overlay reads. A mutant's number is its index
// in mutants.
func writeOverlay(dir string, packages []Package, mutants []Mutant) (string, error) {
	byFile := make(map[string][]int)
	for number, m := range mutants {
		byFile[m.file] = append(byFile[m.file], number)
	}
	replace := make(map[string]string)
	for _, pkg := range packages {
		for file, source := range pkg.Source {
			numbers := byFile[file]
			if len(numbers) == 0 {
				continue
			}
			to := filepath.Join(dir, fmt.Sprintf("%d.go", len(replace)))
			if err := os.WriteFile(to, mutated(pkg, file, source, mutants, numbers), 0o600); err != nil {
				return "", err
			}
			replace[file] = to
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, overlay, 0o600)
}

// mutated returns a file's source with the mutants of the numbers.
func mutated(pkg Package, file string, source []byte, mutants []Mutant, numbers []int) []byte {
	var chosen []Mutant
	for _, number := range numbers {
		chosen = append(chosen, mutants[number])
	}
	changed := apply(source, chosen, numbers)
	// In the line of the package clause, so that the lines keep their numbers.
	clause := pkg.Fset.Position(pkg.Files[file].Name.End()).Offset
	return bytes.Join([][]byte{changed[:clause], []byte(`; import mutants "systole/tests/contract/mutants/active"`), changed[clause:]}, nil)
}
