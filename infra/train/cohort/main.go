// Command cohort writes the cohort of strangers that the newest algorithm holds scores
// against, beside its parameters:
//
//	go run ./infra/train/cohort [-data DIR] [-out DIR]
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"systole/infra/train/learn"
	"systole/shared/ecg/parameters"
	"systole/tests/science/cohort"
)

func main() {
	data := flag.String("data", "", "folder with ptb-xl and cinc2017 (default: ECG_DATA, else ../shared/data)")
	out := flag.String("out", "shared/ecg/parameters", "folder to write to")
	flag.Parse()
	if err := run(cohort.Folder(*data, "."), *out); err != nil {
		fmt.Fprintln(os.Stderr, "cohort:", err)
		os.Exit(1)
	}
}

func run(data, out string) error {
	p := parameters.Shipped.Newest()
	populations, err := learn.Cohort(p, data)
	if err != nil {
		return err
	}
	file := parameters.NewCohort(p, populations...).Append(nil, p.Algorithm)
	return os.WriteFile(filepath.Join(out, p.Algorithm+".cohort"), file, 0o644)
}
