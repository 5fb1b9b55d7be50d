package imports

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestNoPatternIsCompiledAtStart looks for regular expressions that a package
// compiles before main: each costs every cold start of every function that links
// it up to a tenth of a millisecond, most of them for a file that never comes.
func TestNoPatternIsCompiledAtStart(t *testing.T) {
	for _, root := range []string{"../../../functions", "../../../shared"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files := token.NewFileSet()
			file, err := parser.ParseFile(files, path, nil, 0)
			if err != nil {
				return err
			}
			for _, decl := range file.Decls {
				if vars, ok := decl.(*ast.GenDecl); ok && vars.Tok == token.VAR {
					for _, at := range compiled(vars) {
						t.Errorf("%s: compile it at its first use (sync.OnceValue)", files.Position(at))
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// compiled returns the positions at which evaluating an expression compiles a
// pattern. The bodies of functions do not count, since they are only declared.
func compiled(n ast.Node) (at []token.Pos) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.SelectorExpr:
			if pkg, ok := n.X.(*ast.Ident); ok && pkg.Name == "regexp" && strings.HasPrefix(n.Sel.Name, "MustCompile") {
				at = append(at, n.Pos())
			}
		}
		return true
	})
	return at
}
