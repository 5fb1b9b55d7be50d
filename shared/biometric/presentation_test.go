package biometric

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// strict returns a fixture whose engine remembers recordings and whose member is
// enrolled.
func strict(t testing.TB) *fixture {
	t.Helper()
	h := newFixture(t)
	h.engine = stub{algorithm: "stub-1"}
	return h.enrolled(t)
}

func TestARecordingIsAcceptedOnce(t *testing.T) {
	h := strict(t)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatalf("the first time: %v, %v", ok, f)
	}
	for _, again := range []string{same, same + " part"} {
		if ok, f := h.try(t, again); ok || f == nil || f.Code != fault.Replay {
			t.Errorf("%s: %v, %v", again, ok, f)
		}
	}
	// The next acceptance takes back the count of the accepted check itself.
	if m := h.kim(t); m.Template.Failures != 1+2 || len(m.Digests) != 1 {
		t.Errorf("%d failures and %d digests, want 3 and 1", m.Template.Failures, len(m.Digests))
	}
}

func TestTheEnrolmentsOwnRecordingIsNoProbe(t *testing.T) {
	h := strict(t)
	if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(enrolment))}); ok || codeOf(err) != fault.Replay {
		t.Errorf("%v, %v", ok, err)
	}
	again := Enrolment{Submission: sent([]byte(same))}
	if err := h.Enrol(t.Context(), kimsToken, again); err != nil {
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
			ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))})
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
	h := newFixture(t)
	h.engine = stub{algorithm: "stub-1"}
	if _, f := h.try(t, same); f == nil || f.Code != fault.NoModel {
		t.Fatalf("without a model: %v", f)
	}
	h.enrolled(t)
	if ok, f := h.try(t, others[0]); ok || f != nil {
		t.Fatalf("another's: %v, %v", ok, f)
	}
	if n := len(h.kim(t).Digests); n != 0 {
		t.Errorf("%d digests are left", n)
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("now that there is a model: %v, %v", ok, f)
	}
}

func TestARecordingThatNoLivingBodyMadeIsAFailedCheck(t *testing.T) {
	h := strict(t)
	if ok, f := h.try(t, "kim 2 unnatural"); ok || f == nil || f.Code != fault.Unnatural {
		t.Errorf("%v, %v", ok, f)
	}
	if n := h.kim(t).Template.Failures; n != 1 {
		t.Errorf("%d failures", n)
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
	if ok, f := h.try(t, third); !ok || f != nil { // seals the template again
		t.Fatalf("%v, %v", ok, f)
	}
	m := h.kim(t)
	if m.Template.Version == before.Version || len(m.Digests) != 1 { // the last check's own
		t.Fatalf("the model is %s, was %s; %d digests are left with the member", m.Template.Version, before.Version, len(m.Digests))
	}
	for _, used := range []string{enrolment, same, third} {
		if ok, f := h.try(t, used); ok || f == nil || f.Code != fault.Replay {
			t.Errorf("%s: %v, %v", used, ok, f)
		}
	}
}

func TestDigestsBesideAMemberAreSealedForTheirRow(t *testing.T) {
	h := strict(t)
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Fatal(ok, f)
	}
	m := h.kim(t)
	if len(m.Digests) != 1 {
		t.Fatalf("%d digests", len(m.Digests))
	}
	ring := testKeys(t)
	reading, err := stubRecording(same).Read(Hints{})
	must(t, err)
	open, err := digestAtRest(digestKeys(ring, m.PK), reading)
	must(t, err)
	for _, digest := range m.Digests {
		if bytes.Contains(digest, open[8:]) {
			t.Error("a digest lies open")
		}
		if got := openDigest(ring, m.PK, digest); !bytes.Equal(got, open) {
			t.Errorf("opened: %q, want %q", got, open)
		}
		if got := openDigest(ring, m.PK+1, digest); !bytes.Equal(got, digest) {
			t.Error("it opens in another row")
		}
	}
	// Rows of the first version have unsealed digests.
	old := store.Member{PK: m.PK, Digests: map[string][]byte{"old": open}}
	if known := history(ring, new(content), old, nil); len(known) != 1 || !bytes.Equal(known[0], open) {
		t.Errorf("an open digest: %q", known)
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
	if n := len(history(protect.Ring{}, read, store.Member{Digests: map[string][]byte{"own": nil, "other": nil}}, []string{"own"})); n != maxChecked+2 {
		t.Errorf("a history of %d digests", n)
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
