package engine

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"testing"

	"systole/shared/ecg"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/fault"
)

func TestEveryReasonOfASignalHasTheCodeOfItsName(t *testing.T) {
	for _, reason := range reasons(t, "../quality/quality.go") {
		err := Refusal(&ecg.Unusable{Reason: quality.Reason(reason)})
		if codeOf(err) != fault.Code(reason) {
			t.Errorf("%s becomes %v", reason, err)
		}
	}
}

func TestAReasonWithoutACodeIsOurFault(t *testing.T) {
	for _, err := range []error{&ecg.Unusable{Reason: "new"}, &recording.Error{Reason: "new"}, errors.New("other")} {
		var f *fault.Error
		if got := Refusal(err); errors.As(got, &f) || !errors.Is(got, err) {
			t.Errorf("%v becomes %v", err, got)
		}
	}
	if Refusal(nil) != nil {
		t.Error("nothing becomes something")
	}
}

func TestARefusalSaysWhatWouldHelp(t *testing.T) {
	tests := []struct {
		err  error
		want map[string]any
	}{
		{&ecg.Unusable{Reason: quality.TooShort, SecondsMissing: 2.01, BeatsMissing: 3, HeartRate: 70},
			map[string]any{"seconds_missing": 2.1, "beats_missing": 3}},
		{&ecg.Unusable{Reason: quality.RateImplausible, HeartRate: 241.6}, map[string]any{"heart_rate": 242.0}},
		{&ecg.Unusable{Reason: quality.RateImplausible}, nil},
		{&ecg.Unusable{Reason: quality.Noisy, HeartRate: 70}, nil},
	}
	for _, tt := range tests {
		var f *fault.Error
		if !errors.As(Refusal(tt.err), &f) || !reflect.DeepEqual(f.Params, tt.want) {
			t.Errorf("%+v: %+v, want %v", tt.err, f, tt.want)
		}
	}
}

func TestEveryReasonOfAFileHasTheCodeOfItsName(t *testing.T) {
	for _, reason := range reasons(t, "../recording/internal/raw/refusal.go") {
		err := Refusal(&recording.Error{Reason: recording.Reason(reason)})
		if codeOf(err) != fault.Code(reason) {
			t.Errorf("%s becomes %v", reason, err)
		}
	}
}

// reasons reads the constants of type Reason from their source.
func reasons(t *testing.T, source string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), source, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []string
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		if typ, ok := spec.Type.(*ast.Ident); !ok || typ.Name != "Reason" {
			return true
		}
		reason, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		reasons = append(reasons, reason)
		return true
	})
	if len(reasons) < 4 {
		t.Fatalf("only %d reasons found", len(reasons))
	}
	return reasons
}

// codeOf returns the code of a fault, "" for no error, or the error's text.
func codeOf(err error) fault.Code {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	if err != nil {
		return fault.Code(err.Error())
	}
	return ""
}
