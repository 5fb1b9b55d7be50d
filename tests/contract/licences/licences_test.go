// Package licences checks that every shipped module has a licence that allows
// it.
package licences

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/tests/support/gotool"
)

// allowed are the licences that are allowed, and words that tell each from the
// others.
var allowed = []struct {
	name  string
	words []string
}{
	{"Apache-2.0", []string{"Apache License", "Version 2.0"}},
	{"BSD-3-Clause", []string{"Redistribution and use in source and binary forms", "Neither the name"}},
	{"BSD-2-Clause", []string{"Redistribution and use in source and binary forms"}},
	{"ISC", []string{"Permission to use, copy, modify, and", "distribute this software for any purpose with or without fee is hereby granted"}},
	{"Unlicense", []string{"This is free and unencumbered software released into the public domain."}},
	{"MIT", []string{"Permission is hereby granted, free of charge"}},
}

// module is a module as go list describes it.
type module struct {
	Path    string
	Version string
	Dir     string
	Main    bool
}

// linked returns the modules that the functions and the local command link.
func linked(t *testing.T) map[string]module {
	t.Helper()
	modules := make(map[string]module)
	for _, pkg := range gotool.List[struct{ Module *module }](t, "-deps", "-json=Module", "./functions/...", "./infra/local") {
		if pkg.Module != nil && !pkg.Module.Main {
			modules[pkg.Module.Path] = *pkg.Module
		}
	}
	return modules
}

func TestEveryLinkedModuleHasALicenceThatAllowsIt(t *testing.T) {
	modules := linked(t)
	if len(modules) < 5 {
		t.Fatalf("only %d modules found", len(modules))
	}
	for path, m := range modules {
		name, err := licenceOf(m.Dir)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		t.Logf("%-12s %s %s", name, path, m.Version)
	}
}

// licenceOf returns the name of the licence in a module's folder.
func licenceOf(dir string) (string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "LICEN[CS]E*"))
	if err != nil || len(files) == 0 {
		return "", errors.New("no licence file")
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		return "", err
	}
	plain := strings.Join(strings.Fields(string(text)), " ")
	for _, licence := range allowed {
		if containsAll(plain, licence.words) {
			return licence.name, nil
		}
	}
	return "", errors.New("its licence isn't one of those allowed here")
}

func containsAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}
