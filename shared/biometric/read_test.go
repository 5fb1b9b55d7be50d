package biometric

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"strconv"
	"testing"

	"systole/shared/biometric/request"
	"systole/shared/ecg"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/recording"
	"systole/shared/fault"
)

func TestEveryReasonOfASignalHasTheCodeOfItsName(t *testing.T) {
	for _, reason := range quality.Reasons() {
		err := Refusal(&ecg.Unusable{Reason: reason})
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
	for _, reason := range fileReasons(t) {
		err := Refusal(&recording.Error{Reason: reason})
		if codeOf(err) != fault.Code(reason) {
			t.Errorf("%s becomes %v", reason, err)
		}
	}
}

// fileReasons reads the constants of type recording.Reason from their source.
func fileReasons(t *testing.T) []recording.Reason {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "../ecg/recording/internal/raw/refusal.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var reasons []recording.Reason
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
		reasons = append(reasons, recording.Reason(reason))
		return true
	})
	if len(reasons) < 4 {
		t.Fatalf("only %d reasons found", len(reasons))
	}
	return reasons
}

func TestAStatedRateIsHeldAgainstTheHeart(t *testing.T) {
	h := newHouse(t)
	long := bytes.Repeat(recordingOf(t, same), 4) // 48 s at 500 Hz, 75 beats a minute
	for rateHz, want := range map[float64]fault.Code{
		50: fault.RateImplausible, 100: fault.RateImplausible, 150: fault.RateImplausible, 180: fault.RateImplausible,
		250: "", 400: "", 500: "", 700: "",
		1600: fault.RateImplausible, 1700: fault.RateImplausible, 2000: fault.RateImplausible, 4000: fault.RateImplausible, 5000: fault.RateImplausible,
	} {
		if _, _, err := h.enrol(t.Context(), h.kim(t), [][]byte{long}, request.Recording{RateHz: rateHz}); codeOf(err) != want {
			t.Errorf("%v Hz: %v, want %q", rateHz, err, want)
		}
	}
}
