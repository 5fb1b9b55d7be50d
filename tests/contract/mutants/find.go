package main

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
)

// find returns the mutants of a package's file.
func find(pkg Package, file string) []Mutant {
	f := &finder{pkg: pkg, path: file, source: pkg.Source[file], imports: make(map[string]string), judged: make(map[ast.Expr]bool), unheard: make(map[ast.Node]bool), beside: make(map[ast.Expr]bool)}
	syntax := pkg.Files[file]
	for _, spec := range syntax.Imports {
		imported := strings.Trim(spec.Path.Value, `"`)
		f.imports[imported] = ""
		if spec.Name != nil {
			f.imports[imported] = spec.Name.Name
		}
	}
	for _, decl := range syntax.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Body != nil && decl.Name.Name != "init" {
				f.function = functionName(decl)
				f.dropErrors(decl.Body)
				f.returnEarly(decl)
				f.visit(decl.Body, decl.Type)
			}
		case *ast.GenDecl:
			if decl.Tok != token.VAR {
				continue
			}
			for _, spec := range decl.Specs {
				spec := spec.(*ast.ValueSpec)
				f.function = spec.Names[0].Name
				for _, value := range spec.Values {
					f.visit(value, nil)
				}
			}
		}
	}
	return f.found
}

// functionName returns a function's name, after its receiver's type.
func functionName(decl *ast.FuncDecl) string {
	if decl.Recv == nil {
		return decl.Name.Name
	}
	receiver := decl.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	if index, ok := receiver.(*ast.IndexExpr); ok {
		receiver = index.X
	}
	if ident, ok := receiver.(*ast.Ident); ok {
		return ident.Name + "." + decl.Name.Name
	}
	return decl.Name.Name
}

// A finder walks over a file, outer nodes before inner ones.
type finder struct {
	pkg      Package
	path     string
	source   []byte
	imports  map[string]string // by import path; only of imports that the file names
	function string
	judged   map[ast.Expr]bool // conditions that become true and false: they need no negation
	unheard  map[ast.Node]bool // function literals whose error is dropped
	dropped  map[string]bool   // variables with lists of such functions
	beside   map[ast.Expr]bool // results beside an error, which no caller may use
	found    []Mutant
}

// dropErrors records the lists of functions in a body that are passed to
// bestEffort.
func (f *finder) dropErrors(body *ast.BlockStmt) {
	f.dropped = make(map[string]bool)
	ast.Inspect(body, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || called(call) != "bestEffort" || !call.Ellipsis.IsValid() {
			return true
		}
		if list, ok := call.Args[len(call.Args)-1].(*ast.Ident); ok {
			f.dropped[list.Name] = true
		}
		return true
	})
}

// visit finds the mutants in a node of a function of the type.
func (f *finder) visit(root ast.Node, function *ast.FuncType) {
	ast.Inspect(root, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && f.pkg.Info.Types[e].Value != nil {
			if !f.beside[e] {
				f.constant(e)
			}
			return false
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			function := n.Type
			if f.unheard[n] || f.function == "bestEffort" {
				function = nil
			}
			f.visit(n.Body, function)
			return false
		case *ast.GenDecl:
			return n.Tok == token.VAR
		case *ast.ArrayType:
			return false // its length is a constant
		case *ast.BlockStmt:
			f.statements(n.List)
		case *ast.CaseClause:
			f.statements(n.Body)
			for _, e := range n.List {
				f.condition(e)
			}
		case *ast.CommClause:
			f.statements(n.Body)
		case *ast.IfStmt:
			if reserves(n) {
				return false
			}
			f.failed(n)
			f.condition(n.Cond)
		case *ast.ForStmt:
			if n.Cond != nil { // without a condition no return may follow
				f.skipLoop(n.Body)
			}
		case *ast.RangeStmt:
			f.skipLoop(n.Body)
		case *ast.ReturnStmt:
			if last := len(n.Results) - 1; last > 0 && (f.makesError(n.Results[last]) || f.text(n.Results[last]) == "false") {
				f.besideError(n)
			}
			f.result(n, function)
		case *ast.BinaryExpr:
			f.binary(n)
		case *ast.CallExpr:
			return f.call(n, function)
		case *ast.CompositeLit:
			return f.composite(n, function)
		}
		return true
	})
}

// add adds a mutant that makes one change to a node of the source.
func (f *finder) add(does string, node ast.Node, edits ...edit) {
	const shown = 100 // bytes of the code that are enough to find it
	code := strings.Join(strings.Fields(f.text(node)), " ")
	if len(code) > shown {
		code = code[:shown] + "…"
	}
	f.found = append(f.found, Mutant{
		Folder: f.pkg.Folder, Function: f.function, Change: does + " " + code,
		file: f.path, order: len(f.found), edits: edits,
	})
}

func (f *finder) offset(pos token.Pos) int { return f.pkg.Fset.Position(pos).Offset }

func (f *finder) text(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}

// wrap puts text before and after a node.
func (f *finder) wrap(n ast.Node, before, after string) []edit {
	return []edit{{at: f.offset(n.Pos()), text: before}, {at: f.offset(n.End()), text: after, closes: true}}
}

// returnEarly makes a function return at once with the zero values of its
// results.
func (f *finder) returnEarly(decl *ast.FuncDecl) {
	if len(decl.Body.List) == 0 {
		return
	}
	text := " if mutants.Is(%d) { return }; "
	if results := decl.Type.Results; results != nil && len(results.List[0].Names) == 0 {
		taken := make(map[string]bool)
		for _, field := range slices.Concat(fields(decl.Recv), fields(decl.Type.Params)) {
			for _, name := range field.Names {
				taken[name.Name] = true
			}
		}
		var declared, returned []string
		for i, field := range results.List {
			clash := false
			ast.Inspect(field.Type, func(n ast.Node) bool {
				ident, ok := n.(*ast.Ident)
				clash = clash || ok && taken[ident.Name]
				return true
			})
			if clash {
				return
			}
			declared = append(declared, fmt.Sprintf("var mutants%d %s; ", i, f.text(field.Type)))
			returned = append(returned, fmt.Sprintf("mutants%d", i))
		}
		text = " if mutants.Is(%d) { " + strings.Join(declared, "") + "return " + strings.Join(returned, ", ") + " }; "
	}
	f.add("return at once from", decl.Name, edit{at: f.offset(decl.Body.Lbrace) + 1, text: text})
}

func fields(list *ast.FieldList) []*ast.Field {
	if list == nil {
		return nil
	}
	return list.List
}

// statements skips each statement that can be left out alone.
func (f *finder) statements(list []ast.Stmt) {
	for _, s := range list {
		if skippable(s) {
			f.add("skip", s, f.wrap(s, "if !mutants.Is(%d) { ", " }")...)
		}
	}
}

// failed records the results beside an error in the branch of the error: by Go's
// convention no caller may use them.
func (f *finder) failed(n *ast.IfStmt) {
	compared, ok := n.Cond.(*ast.BinaryExpr)
	if !ok || compared.Op != token.NEQ || !f.pkg.Info.Types[compared.Y].IsNil() {
		return
	}
	for _, s := range n.Body.List {
		returned, ok := s.(*ast.ReturnStmt)
		if ok && len(returned.Results) > 1 && f.text(returned.Results[len(returned.Results)-1]) == f.text(compared.X) {
			f.besideError(returned)
		}
	}
}

func (f *finder) besideError(n *ast.ReturnStmt) {
	for _, e := range n.Results[:len(n.Results)-1] {
		f.beside[e] = true
	}
}

// makesError reports whether an expression creates an error in place.
func (f *finder) makesError(e ast.Expr) bool {
	for _, maker := range []string{"fmt.Errorf(", "errors.New(", "fault.New("} {
		if strings.HasPrefix(f.text(e), maker) {
			return true
		}
	}
	return false
}

// releases are methods that give a resource back. Without one there is a leak or
// a race, which no result shows; the race detector and the load test look for
// those. Grow only reserves memory, which append would do as well.
var releases = []string{"Grow", "Close", "Unlock", "Lock", "RLock", "RUnlock", "cancel", "release", "Done", "Stop"}

func skippable(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.ExprStmt:
		call, ok := s.X.(*ast.CallExpr)
		return ok && !slices.Contains(append(releases, "panic"), called(call))
	case *ast.DeferStmt:
		return !slices.Contains(releases, called(s.Call))
	case *ast.AssignStmt:
		ident, ok := s.Lhs[0].(*ast.Ident)
		return s.Tok != token.DEFINE && !(ok && ident.Name == "_" && len(s.Lhs) == 1)
	case *ast.IncDecStmt, *ast.SendStmt:
		return true
	}
	return false
}

// reserves reports whether a condition only decides how much memory is reserved.
func reserves(n *ast.IfStmt) bool {
	if len(n.Body.List) != 1 || n.Else != nil {
		return false
	}
	only, ok := n.Body.List[0].(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := only.X.(*ast.CallExpr)
	return ok && called(call) == "Grow"
}

// called returns the last word of a call's function.
func called(call *ast.CallExpr) string {
	switch fun := call.Fun.(type) {
	case *ast.Ident:
		return fun.Name
	case *ast.SelectorExpr:
		return fun.Sel.Name
	}
	return ""
}

// skipLoop ends a loop before its first round.
func (f *finder) skipLoop(body *ast.BlockStmt) {
	if len(body.List) > 0 {
		f.add("end loop before", body.List[0], edit{at: f.offset(body.Lbrace) + 1, text: " if mutants.Is(%d) { break }; "})
	}
}

// condition makes a condition true and false, or makes each of its parts
// irrelevant.
func (f *finder) condition(e ast.Expr) {
	if f.combined(e) || !f.isBool(e) {
		return
	}
	f.judged[ast.Unparen(e)] = true
	f.add("true for", e, f.wrap(e, "mutants.True(%d, ", ")")...)
	f.add("false for", e, f.wrap(e, "mutants.False(%d, ", ")")...)
}

// combined reports whether a condition has parts.
func (f *finder) combined(e ast.Expr) bool {
	binary, ok := ast.Unparen(e).(*ast.BinaryExpr)
	return ok && (binary.Op == token.LAND || binary.Op == token.LOR)
}

func (f *finder) isBool(e ast.Expr) bool {
	t := f.pkg.Info.Types[e]
	basic, ok := t.Type.(*types.Basic)
	return ok && t.Value == nil && basic.Info()&types.IsBoolean != 0
}

// A call replaces an operator; beside it stands the change that it makes.
var (
	boundaries = map[token.Token]string{token.LSS: "Less", token.LEQ: "LessOrEqual", token.GTR: "Greater", token.GEQ: "GreaterOrEqual"}
	operations = map[token.Token]string{token.ADD: "Add", token.SUB: "Subtract", token.MUL: "Multiply", token.QUO: "Divide"}
)

func (f *finder) binary(n *ast.BinaryExpr) {
	switch n.Op {
	case token.LAND, token.LOR:
		does, call := "drop from &&:", "mutants.True(%d, "
		if n.Op == token.LOR {
			does, call = "drop from ||:", "mutants.False(%d, "
		}
		for _, operand := range []ast.Expr{n.X, n.Y} {
			if f.isBool(operand) && !f.combined(operand) {
				f.judged[ast.Unparen(operand)] = true
				f.add(does, operand, f.wrap(operand, call, ")")...)
			}
		}
	case token.EQL, token.NEQ:
		if f.isBool(n) && !f.judged[n] {
			f.add("negate", n, f.wrap(n, "mutants.Not(%d, ", ")")...)
		}
	default:
		does, call := "move the boundary of", boundaries[n.Op]
		if call == "" {
			does, call = "another operation for", operations[n.Op]
		}
		if call == "" || !f.operand(n.X) || !f.operand(n.Y) {
			return
		}
		edits := f.wrap(n, "mutants."+call+"(%d, ", ")")
		f.add(does, n, append(edits, edit{at: f.offset(n.OpPos), cut: len(n.Op.String()), text: ","})...)
	}
}

// operand reports whether an expression is a number of a plain type.
func (f *finder) operand(e ast.Expr) bool {
	t := f.pkg.Info.Types[e].Type
	if _, generic := t.(*types.TypeParam); generic {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&types.IsNumeric != 0 && basic.Info()&types.IsComplex == 0
}

// answering are the functions that write an answer. Their error is a value that
// JSON cannot represent: no type of an answer holds one, and the service answers
// 500 with and without that error.
var answering = []string{"JSON", "Done", "Detail", "Show", "show", "ShowRefusal", "ShowLoggedOut", "answerLoggedOut"}

// result replaces a returned error by nil.
func (f *finder) result(n *ast.ReturnStmt, function *ast.FuncType) {
	if function == nil || function.Results == nil || len(n.Results) == 0 {
		return
	}
	last := n.Results[len(n.Results)-1]
	if call, ok := last.(*ast.CallExpr); ok && slices.Contains(answering, called(call)) {
		return
	}
	result, ok := function.Results.List[len(function.Results.List)-1].Type.(*ast.Ident)
	t := f.pkg.Info.Types[last]
	if _, several := t.Type.(*types.Tuple); !ok || several || t.IsNil() {
		return
	}
	switch result.Name {
	case "error":
		f.add("no error for", last, f.wrap(last, "mutants.NoError(%d, ", ")")...)
	case "bool":
		if _, operation := ast.Unparen(last).(*ast.BinaryExpr); f.isBool(last) && !operation {
			f.add("negate", last, f.wrap(last, "mutants.Not(%d, ", ")")...)
		}
	}
}

// call visits a call's arguments, except capacities passed to make and arguments
// that are no values.
func (f *finder) call(n *ast.CallExpr, function *ast.FuncType) bool {
	switch called(n) {
	case "Grow":
		return false
	case "ParseFloat": // its width has no other value than 64
		f.visit(n.Args[0], function)
		return false
	case "bestEffort": // it drops the errors of its functions
		for _, argument := range n.Args {
			f.unheard[argument] = true
		}
	case "append":
		if list, ok := n.Args[0].(*ast.Ident); ok && f.dropped[list.Name] {
			for _, argument := range n.Args[1:] {
				f.unheard[argument] = true
			}
		}
	}
	if ident, ok := n.Fun.(*ast.Ident); ok && ident.Name == "make" && f.pkg.Info.Types[n.Fun].IsBuiltin() {
		if _, slice := f.pkg.Info.Types[n.Args[0]].Type.Underlying().(*types.Slice); slice && len(n.Args) == 2 {
			f.visit(n.Args[1], function)
		}
		return false
	}
	return true
}

// composite drops each field of a struct, and visits the values of a literal; its
// keys are constants.
func (f *finder) composite(n *ast.CompositeLit, function *ast.FuncType) bool {
	t := f.pkg.Info.Types[n].Type
	_, structure := t.Underlying().(*types.Struct)
	_, table := t.Underlying().(*types.Map)
	for _, element := range n.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			f.visit(element, function)
			continue
		}
		if structure {
			f.dropField(pair)
		}
		if key := f.pkg.Info.Types[pair.Key]; table && key.Value == nil {
			f.visit(pair.Key, function)
		}
		f.visit(pair.Value, function)
	}
	return false
}

func (f *finder) dropField(pair *ast.KeyValueExpr) {
	v := f.pkg.Info.Types[pair.Value]
	if v.IsNil() || v.Type == nil || f.text(pair.Key) == "Op" { // the operation's name in an error's text
		return
	}
	if lit, ok := pair.Value.(*ast.CompositeLit); ok && lit.Type == nil {
		return // its type is not written
	}
	call := "mutants.Zero(%d, "
	if v.Value != nil {
		named := f.typeName(v.Type)
		if named == "" || zero(v.Value) {
			return
		}
		call = "mutants.Zero[" + named + "](%d, "
	}
	f.add("drop the field", pair, f.wrap(pair.Value, call, ")")...)
}

func zero(v constant.Value) bool {
	switch v.Kind() {
	case constant.Bool:
		return !constant.BoolVal(v)
	case constant.String:
		return constant.StringVal(v) == ""
	}
	return constant.Sign(v) == 0
}

// typeName returns a constant's type as the file writes it, "" if it does not.
func (f *finder) typeName(t types.Type) string {
	switch t := t.(type) {
	case *types.Basic:
		if t.Info()&types.IsUntyped == 0 {
			return t.Name()
		}
	case *types.Named:
		object := t.Obj()
		if object.Parent() != object.Pkg().Scope() {
			return ""
		}
		if object.Pkg() == f.pkg.Types {
			return object.Name()
		}
		name, imported := f.imports[object.Pkg().Path()]
		if name == "" {
			name = object.Pkg().Name()
		}
		if imported && object.Exported() {
			return name + "." + object.Name()
		}
	}
	return ""
}

// constant gives a constant expression another value.
func (f *finder) constant(e ast.Expr) {
	v := f.pkg.Info.Types[e]
	t := f.typeName(v.Type)
	if t == "" {
		return
	}
	basic := v.Type.Underlying().(*types.Basic)
	pick := func(does, other string) {
		f.add(does, e, f.wrap(e, "mutants.Pick["+t+"](%d, ", ", "+other+")")...)
	}
	switch {
	case basic.Info()&types.IsBoolean != 0:
		pick("opposite of", fmt.Sprint(!constant.BoolVal(v.Value)))
	case basic.Info()&types.IsInteger != 0:
		pick("another number for", anotherInteger(v.Value, basic))
	case basic.Info()&types.IsFloat != 0:
		x, _ := constant.Float64Val(v.Value)
		if x == 0 {
			x = 0.5
		}
		pick("another number for", strconv.FormatFloat(2*x, 'g', -1, 64))
	case basic.Info()&types.IsString != 0:
		for _, weaker := range weakened(constant.StringVal(v.Value)) {
			pick("without «"+weaker.dropped+"»", fmt.Sprintf("%q", weaker.expression))
		}
	}
}

// few is the largest number that becomes one more. A greater number is doubled,
// since code seldom depends on it to the unit.
const few = 16

// anotherInteger returns another number of the type.
func anotherInteger(v constant.Value, t *types.Basic) string {
	one := constant.MakeInt64(1)
	if n, exact := constant.Int64Val(v); exact && n <= few && n >= -few {
		return constant.BinaryOp(v, token.ADD, one).ExactString()
	}
	double := constant.BinaryOp(v, token.MUL, constant.MakeInt64(2))
	if !fits(double, t) {
		return constant.BinaryOp(v, token.QUO_ASSIGN, constant.MakeInt64(2)).ExactString()
	}
	return double.ExactString()
}

// fits reports whether the type can hold an integer.
func fits(v constant.Value, t *types.Basic) bool {
	bits := map[types.BasicKind]int{types.Int8: 7, types.Uint8: 8, types.Int16: 15, types.Uint16: 16, types.Int32: 31, types.Uint32: 32, types.Uint64: 64, types.Uint: 64}[t.Kind()]
	if bits == 0 {
		bits = 63
	}
	return constant.BitLen(v) <= bits
}
