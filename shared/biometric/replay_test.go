package biometric

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"systole/shared/biometric/protect"
	"systole/shared/biometric/request"
	"systole/shared/fault"
	"systole/shared/store"
)

// strict is a house that refuses replays.
func strict(t testing.TB) *house {
	t.Helper()
	return newHouse(t, func(s *Settings) { s.AllowReplays = false }).enrolled(t)
}

// changed rewrites every value of an excerpt.
func changed(t *testing.T, file []byte, change func(v float64) float64) []byte {
	t.Helper()
	var out bytes.Buffer
	for line := range strings.Lines(string(file)) {
		v, err := strconv.ParseFloat(strings.Trim(line, "\"\r\n"), 64)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&out, "%.6f\n", change(v))
	}
	return out.Bytes()
}

func lines(file []byte, from, to int) []byte {
	return bytes.Join(bytes.SplitAfter(file, []byte("\n"))[from:to], nil)
}

func TestARecordingIsAcceptedOnce(t *testing.T) {
	for name, disguise := range map[string]func(t *testing.T, file []byte) []byte{
		"as it was":   func(_ *testing.T, file []byte) []byte { return file },
		"later begun": func(_ *testing.T, file []byte) []byte { return lines(file, 400, 6000) },
		"louder": func(t *testing.T, file []byte) []byte {
			return changed(t, file, func(v float64) float64 { return 1.7 * v })
		},
		"upside down": func(t *testing.T, file []byte) []byte { return changed(t, file, func(v float64) float64 { return -v }) },
		"with an offset": func(t *testing.T, file []byte) []byte {
			return changed(t, file, func(v float64) float64 { return v + 3 })
		},
		"in other digits": func(t *testing.T, file []byte) []byte { return changed(t, file, func(v float64) float64 { return v }) },
	} {
		t.Run(name, func(t *testing.T) {
			h := strict(t)
			if ok, f := h.try(t, same); !ok || f != nil {
				t.Fatalf("the first time: %v, %v", ok, f)
			}
			again := disguise(t, recordingOf(t, same))
			ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{Recording: sent(again)})
			if ok || codeOf(err) != fault.Replay {
				t.Errorf("again: %v, %v", ok, err)
			}
			if m := h.kim(t); m.Template.Failures != 1 || len(m.Digests) != 1 {
				t.Errorf("%d failures and %d prints, want one of each", m.Template.Failures, len(m.Digests))
			}
		})
	}
}

func TestTheEnrolmentsOwnRecordingIsNoProbe(t *testing.T) {
	h := strict(t)
	if ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{Recording: sent(recordingOf(t, enrolment))}); ok || codeOf(err) != fault.Replay {
		t.Errorf("%v, %v", ok, err)
	}
	again := request.Enrolment{Recording: sent(recordingOf(t, same))}
	if err := h.MakeModel(t.Context(), kimsToken, again); err != nil {
		t.Fatal(err)
	}
	for _, used := range []string{enrolment, same} {
		if ok, f := h.try(t, used); ok || f == nil || f.Code != fault.Replay {
			t.Errorf("after another enrolment, %s: %v, %v", used, ok, f)
		}
	}
}

func TestOfOneRecordingSentManyTimesAtOnceAtMostOneIsAccepted(t *testing.T) {
	h := strict(t)
	var mu sync.Mutex
	outcomes := map[fault.Code]int{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{Recording: sent(recordingOf(t, same))})
			mu.Lock()
			defer mu.Unlock()
			var f *fault.Error
			switch {
			case ok:
				outcomes[""]++
			case errors.As(err, &f):
				outcomes[f.Code]++
			}
		})
	}
	all.Wait()
	if outcomes[""] > 1 || outcomes[""]+outcomes[fault.Replay]+outcomes[fault.TooManyChecks] != 8 {
		t.Errorf("outcomes %v", outcomes)
	}
}

func TestARecordingThatCameToNothingMayComeAgain(t *testing.T) {
	h := newHouse(t, func(s *Settings) { s.AllowReplays = false })
	if _, f := h.try(t, same); f == nil || f.Code != fault.NoModel {
		t.Fatalf("without a model: %v", f)
	}
	h.enrolled(t)
	if ok, f := h.try(t, others[0]); ok || f != nil {
		t.Fatalf("another's: %v, %v", ok, f)
	}
	if n := len(h.kim(t).Digests); n != 0 {
		t.Errorf("%d prints are left", n)
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("now that there is a model: %v, %v", ok, f)
	}
}

func TestOneBeatRepeatedIsNoLivingHeart(t *testing.T) {
	h := strict(t)
	file := recordingOf(t, same)
	beat := lines(file, 1000, 1400)
	train := bytes.Repeat(beat, 15)
	if ok, err := h.CheckUser(t.Context(), kimsToken, request.Check{Recording: sent(train)}); ok || codeOf(err) != fault.Unnatural {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestPrintsMoveToTheModelAndAreRememberedThereAfterARotation(t *testing.T) {
	h := strict(t)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatalf("%v, %v", ok, f)
	}
	before := *h.kim(t).Template
	rotated, err := protect.NewRing(strings.Repeat("rotated.", 8), testSecret)
	if err != nil {
		t.Fatal(err)
	}
	h.Service.keys = rotated
	if ok, f := h.try(t, "person01_rec3_12s.csv"); !ok || f != nil { // seals the model anew
		t.Fatalf("%v, %v", ok, f)
	}
	m := h.kim(t)
	if m.Template.Version == before.Version || len(m.Digests) != 0 {
		t.Fatalf("the model is %s, was %s; %d prints are left with the member", m.Template.Version, before.Version, len(m.Digests))
	}
	for _, used := range []string{enrolment, same, "person01_rec3_12s.csv"} {
		if ok, f := h.try(t, used); ok || f == nil || f.Code != fault.Replay {
			t.Errorf("%s: %v, %v", used, ok, f)
		}
	}
}

func TestContentComesBackAndForgetsTheOldestChecks(t *testing.T) {
	c := content{template: []byte("t"), enrolled: [][]byte{[]byte("e")}}
	for i := range maxChecked + 2 {
		c.remember([]byte(strconv.Itoa(i)))
	}
	read, err := parseContent(c.marshal())
	if err != nil || len(read.checked) != maxChecked || string(read.checked[0]) != "2" || string(read.enrolled[0]) != "e" || string(read.template) != "t" {
		t.Errorf("%+v, %v", read, err)
	}
	if n := len(history(read, store.Member{Digests: map[string][]byte{"own": nil, "other": nil}}, "own")); n != maxChecked+2 {
		t.Errorf("a history of %d prints", n)
	}
}

func FuzzParseContent(f *testing.F) {
	c := content{template: []byte("template"), enrolled: [][]byte{[]byte("a")}, checked: [][]byte{[]byte("b"), nil}}
	f.Add(c.marshal())
	f.Add([]byte(nil))
	f.Add([]byte{0, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parseContent(b)
		if err != nil {
			return
		}
		again, err := parseContent(c.marshal())
		if err != nil || !bytes.Equal(again.marshal(), c.marshal()) {
			t.Errorf("%q comes back as something else: %v", b, err)
		}
	})
}
