// Command stack writes template.yaml: the functions of the table in
// functions/functions.go with their roles, logs, alarms and dashboard rows, and
// around them the hand-written text of template.yaml.tmpl.
//
//	go run ./infra/stack                             writes template.yaml
//	go run ./infra/stack -folder MembersCreate       prints members/create
package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"

	"systole/functions"
)

func main() {
	id := flag.String("folder", "", "only print the folder of the function of this `id`")
	flag.Parse()
	if err := run(*id); err != nil {
		fmt.Fprintln(os.Stderr, "stack:", err)
		os.Exit(1)
	}
}

func run(id string) error {
	if id != "" {
		return printFolder(id)
	}
	var out bytes.Buffer
	if err := write(&out, functions.All()); err != nil {
		return err
	}
	return os.WriteFile("template.yaml", out.Bytes(), 0o644)
}

func printFolder(id string) error {
	for _, f := range functions.All() {
		if f.ID() == id {
			fmt.Println(f.Folder)
			return nil
		}
	}
	return fmt.Errorf("no function is called %s", id)
}
