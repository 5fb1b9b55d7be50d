package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"systole/tests/support/gotool"
)

// A Package is a package of this module: its source and its types.
type Package struct {
	Folder string // relative to the root
	Files  map[string]*ast.File
	Source map[string][]byte
	Fset   *token.FileSet
	Types  *types.Package
	Info   *types.Info
}

// listed is go list's description of a package.
type listed struct {
	ImportPath, Dir, Export   string
	GoFiles                   []string
	Deps                      []string
	TestImports, XTestImports []string
	TestGoFiles, XTestGoFiles []string
}

// list runs go list with the arguments at root.
func list(ctx context.Context, root string, args ...string) ([]listed, error) {
	cmd := exec.CommandContext(ctx, "go", append([]string{"list"}, args...)...)
	cmd.Dir = root
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w\n%s", err, stderr.String())
	}
	var packages []listed
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		packages = append(packages, p)
	}
}

// load reads the packages that match the patterns, and their types.
func load(ctx context.Context, root string, patterns []string) ([]Package, error) {
	args := append([]string{"-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles"}, patterns...)
	all, err := list(ctx, root, args...)
	if err != nil {
		return nil, err
	}
	exports := make(map[string]string)
	for _, p := range all {
		exports[p.ImportPath] = p.Export
	}
	wanted, err := list(ctx, root, append([]string{"-json=ImportPath,Dir,GoFiles"}, patterns...)...)
	if err != nil {
		return nil, err
	}
	var packages []Package
	for _, p := range wanted {
		pkg, err := read(p, exports)
		if err != nil {
			return nil, err
		}
		packages = append(packages, pkg)
	}
	return packages, nil
}

// read parses a package and determines the types of its expressions, with its
// imports' types from their compiled exports.
func read(p listed, exports map[string]string) (Package, error) {
	pkg := Package{
		Folder: strings.TrimPrefix(p.ImportPath, gotool.Module),
		Files:  make(map[string]*ast.File),
		Source: make(map[string][]byte),
		Fset:   token.NewFileSet(),
	}
	var files []*ast.File
	for _, name := range p.GoFiles {
		path := filepath.Join(p.Dir, name)
		source, err := os.ReadFile(path)
		if err != nil {
			return Package{}, err
		}
		file, err := parser.ParseFile(pkg.Fset, path, source, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return Package{}, err
		}
		pkg.Files[path], pkg.Source[path] = file, source
		files = append(files, file)
	}
	err := pkg.check(p.ImportPath, files, func(path string) (io.ReadCloser, error) {
		return os.Open(exports[path])
	})
	return pkg, err
}

// check determines the types of the files' expressions.
func (p *Package) check(path string, files []*ast.File, export importer.Lookup) error {
	p.Info = &types.Info{
		Types: make(map[ast.Expr]types.TypeAndValue),
		Defs:  make(map[*ast.Ident]types.Object),
		Uses:  make(map[*ast.Ident]types.Object),
	}
	config := types.Config{Importer: importer.ForCompiler(p.Fset, "gc", export)}
	var err error
	p.Types, err = config.Check(path, p.Fset, files, p.Info)
	return err
}
