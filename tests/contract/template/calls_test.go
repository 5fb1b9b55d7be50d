package template

import (
	"go/ast"
	"go/constant"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"systole/tests/support/gotool"
)

const (
	module     = gotool.Module
	dynamoSDK  = "github.com/aws/aws-sdk-go-v2/service/dynamodb"
	s3SDK      = "github.com/aws/aws-sdk-go-v2/service/s3"
	dynamoPath = module + "shared/aws/dynamo"
)

// program is a function's own code, type-checked, and everything that it calls.
type program struct {
	*sources
	packages []*checked
}

// sources are all packages of this module that functions import. Each is
// type-checked once.
type sources struct {
	list   map[string]listed   // by import path
	ours   map[string]*checked // by import path
	bodies map[*types.Func]*ast.FuncDecl
	info   *types.Info
}

// checked is a package and the functions that run when its program starts: main,
// and the initialisation of package variables.
type checked struct {
	*types.Package
	starts []*types.Func
}

// listed is a package as go list describes it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles, Deps           []string
}

// check returns the program of a function's folder.
func check(t *testing.T, folder string) *program {
	t.Helper()
	p := &program{sources: typeChecked(t)}
	main := p.list[module+"functions/"+folder]
	for _, path := range append(main.Deps, main.ImportPath) {
		if pkg, ok := p.ours[path]; ok {
			p.packages = append(p.packages, pkg)
		}
	}
	return p
}

var once *sources

// typeChecked loads the functions and all packages of this module that they
// import.
func typeChecked(t *testing.T) *sources {
	t.Helper()
	if once != nil {
		return once
	}
	s := &sources{
		list:   make(map[string]listed),
		ours:   make(map[string]*checked),
		bodies: make(map[*types.Func]*ast.FuncDecl),
		info:   &types.Info{Uses: make(map[*ast.Ident]types.Object), Defs: make(map[*ast.Ident]types.Object)},
	}
	fset := token.NewFileSet()
	foreign := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(s.list[path].Export) })
	config := types.Config{Importer: importerFunc(func(path string) (*types.Package, error) {
		if pkg, ok := s.ours[path]; ok {
			return pkg.Package, nil
		}
		return foreign.Import(path)
	})}
	for _, l := range gotool.List[listed](t, "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles,Deps", "./functions/...") {
		s.list[l.ImportPath] = l
		if !strings.HasPrefix(l.ImportPath, module) {
			continue
		}
		files := parse(t, fset, l)
		pkg, err := config.Check(l.ImportPath, fset, files, s.info)
		if err != nil {
			t.Fatal(err)
		}
		s.ours[l.ImportPath] = s.add(pkg, files)
	}
	once = s
	return s
}

type importerFunc func(string) (*types.Package, error)

func (f importerFunc) Import(path string) (*types.Package, error) { return f(path) }

func parse(t *testing.T, fset *token.FileSet, l listed) []*ast.File {
	t.Helper()
	var files []*ast.File
	for _, name := range l.GoFiles {
		file, err := parser.ParseFile(fset, filepath.Join(l.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, file)
	}
	return files
}

func (s *sources) add(pkg *types.Package, files []*ast.File) *checked {
	c := &checked{Package: pkg}
	for _, file := range files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok {
				c.starts = append(c.starts, s.funcsIn(decl)...)
				continue
			}
			obj := s.info.Defs[fn.Name].(*types.Func)
			s.bodies[obj] = fn
			if pkg.Name() == "main" && fn.Name.Name == "main" {
				c.starts = append(c.starts, obj)
			}
		}
	}
	return c
}

// usesIn returns the objects that the identifiers below n refer to.
func (s *sources) usesIn(n ast.Node) []types.Object {
	var used []types.Object
	ast.Inspect(n, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && s.info.Uses[id] != nil {
			used = append(used, s.info.Uses[id])
		}
		return true
	})
	return used
}

// funcsIn returns the functions that n mentions: called, passed on or stored.
func (s *sources) funcsIn(n ast.Node) []*types.Func {
	var funcs []*types.Func
	for _, obj := range s.usesIn(n) {
		if f, ok := obj.(*types.Func); ok {
			funcs = append(funcs, f.Origin())
		}
	}
	return funcs
}

// reachable returns every function of this module that may run. A method of an
// interface adds the methods of all types that may be behind it.
func (p *program) reachable() map[*types.Func]bool {
	seen := make(map[*types.Func]bool)
	var todo []*types.Func
	for _, pkg := range p.packages {
		todo = append(todo, pkg.starts...)
	}
	for len(todo) > 0 {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[f] {
			continue
		}
		seen[f] = true
		if body, ok := p.bodies[f]; ok {
			todo = append(todo, p.funcsIn(body)...)
			continue
		}
		todo = append(todo, p.behind(f)...)
	}
	return seen
}

// behind returns the methods that a call of an interface's method may run.
func (p *program) behind(f *types.Func) []*types.Func {
	recv := f.Signature().Recv()
	if recv == nil {
		return nil
	}
	iface, ok := recv.Type().Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var methods []*types.Func
	for _, pkg := range p.packages {
		for _, name := range pkg.Scope().Names() {
			named, ok := pkg.Scope().Lookup(name).(*types.TypeName)
			if !ok || types.IsInterface(named.Type()) {
				continue
			}
			pointer := types.NewPointer(named.Type())
			if !types.Implements(pointer, iface) {
				continue
			}
			obj, _, _ := types.LookupFieldOrMethod(pointer, true, f.Pkg(), f.Name())
			if m, ok := obj.(*types.Func); ok {
				methods = append(methods, m.Origin())
			}
		}
	}
	return methods
}

// sdkCall returns the operation that f calls, or makes a paginator of, if f
// belongs to the SDK's client of a service.
func sdkCall(f *types.Func, service string) (operation string, ok bool) {
	if f.Pkg() == nil || f.Pkg().Path() != service {
		return "", false
	}
	if recv := f.Signature().Recv(); recv != nil {
		// The caller sends a presigned request, with the rights of the function's
		// role.
		name := strings.TrimPrefix(f.Name(), "Presign")
		return name, strings.HasSuffix(recv.Type().String(), "Client")
	}
	name, ok := strings.CutSuffix(f.Name(), "Paginator")
	return strings.TrimPrefix(name, "New"), ok
}

// s3Actions returns the permissions that the function's calls to S3 need.
func (p *program) s3Actions() []string {
	var actions []string
	for f := range p.reachable() {
		if op, ok := sdkCall(f, s3SDK); ok && op != "Options" {
			switch op {
			case "ListObjectsV2":
				op = "ListBucket"
			case "ListObjectVersions":
				op = "ListBucketVersions"
			}
			actions = append(actions, "s3:"+op)
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// tableGrants returns the permissions that the function's calls to DynamoDB need,
// as "action resource". The table of a call is the field of dynamo.Tables that
// the same function mentions, or that its callers mention.
func (p *program) tableGrants(t *testing.T) []string {
	t.Helper()
	g := &grants{program: p, reachable: p.reachable(), open: make(map[*types.Func][]string)}
	for f := range g.reachable {
		if f.Pkg() == nil || f.Pkg().Path() != dynamoPath {
			continue
		}
		if open := g.charge(f); len(open) > 0 && f.Exported() {
			t.Errorf("%s: can't tell for which table it calls %v", f.FullName(), open)
		}
	}
	slices.Sort(g.all)
	return slices.Compact(g.all)
}

type grants struct {
	*program
	reachable map[*types.Func]bool
	open      map[*types.Func][]string // actions whose table only the callers name
	all       []string
}

// charge notes the actions that f needs and returns those for which f names no
// table.
func (g *grants) charge(f *types.Func) []string {
	if open, ok := g.open[f]; ok {
		return open
	}
	g.open[f] = nil // f may call itself
	body, ok := g.bodies[f]
	if !ok {
		return nil
	}
	var direct, passed []string
	for _, callee := range g.funcsIn(body) {
		if op, ok := sdkCall(callee, dynamoSDK); ok {
			direct = append(direct, "dynamodb:"+op)
			continue
		}
		if callee.Pkg() != nil && callee.Pkg().Path() == dynamoPath {
			passed = append(passed, g.charge(callee)...)
		}
	}
	tables, index := g.tablesIn(body)
	if len(tables) == 0 {
		g.open[f] = append(direct, passed...)
		return g.open[f]
	}
	for _, table := range tables {
		for _, action := range direct {
			g.all = append(g.all, action+" "+table+index)
		}
		for _, action := range passed {
			g.all = append(g.all, action+" "+table)
		}
	}
	return nil
}

// tablesIn returns the tables that n mentions, and "/index/<name>" for an index.
func (g *grants) tablesIn(n ast.Node) (tables []string, index string) {
	for _, obj := range g.usesIn(n) {
		if obj.Pkg() == nil || obj.Pkg().Path() != dynamoPath {
			continue
		}
		switch obj := obj.(type) {
		case *types.Var:
			if obj.IsField() && slices.Contains([]string{"Members", "Tokens", "Activity", "Grants"}, obj.Name()) {
				tables = append(tables, obj.Name())
			}
		case *types.Const:
			if obj.Val().Kind() == constant.String && strings.HasPrefix(constant.StringVal(obj.Val()), "by_") {
				index = "/index/" + constant.StringVal(obj.Val())
			}
		}
	}
	slices.Sort(tables)
	return slices.Compact(tables), index
}
