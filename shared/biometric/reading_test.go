package biometric

import (
	"context"
	"math"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// gauge is the stub for expensive files. It counts the readings and holds each
// until the test lets it continue.
type gauge struct {
	stub
	read    *atomic.Int32
	inside  chan struct{} // receives a value from each reading that begins; nil if none waits
	release chan struct{}
}

// costly marks a file that the gauge counts as expensive.
const costly = "costly "

func (g gauge) Light(files [][]byte) bool {
	for _, f := range files {
		if len(f) >= len(costly) && string(f[:len(costly)]) == costly {
			return false
		}
	}
	return true
}

func (g gauge) Group(ctx context.Context, files [][]byte) []Recording {
	g.read.Add(1)
	if g.inside != nil && !g.Light(files) {
		g.inside <- struct{}{}
		<-g.release
	}
	for i, f := range files {
		if !g.Light(files[i : i+1]) {
			files[i] = f[len(costly):]
		}
	}
	return g.stub.Group(ctx, files)
}

func (gauge) Replayed(Reading, [32]byte, [][]byte) bool { return false }

func gauged(h *fixture) *atomic.Int32 {
	read := new(atomic.Int32)
	h.engine = gauge{stub: stub{algorithm: "stub-1"}, read: read}
	return read
}

func TestCostlyFilesAreReadOnlyForAnAdmittedCheck(t *testing.T) {
	const id = "00000000000000000000000000000000"
	for name, tt := range map[string]struct {
		before func(t *testing.T, h *fixture)
		want   fault.Code
	}{
		"no template": {func(t *testing.T, h *fixture) { must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t))) }, fault.NoModel},
		"an ended session": {func(t *testing.T, h *fixture) {
			must(t, h.store.VoidTokens(t.Context(), "kim", 7, h.now))
		}, fault.TokenInvalid},
		"after five failures": {func(t *testing.T, h *fixture) {
			for range checkLimit.Free {
				h.try(t, others[0])
			}
		}, fault.TooManyChecks},
		"a disabled template": {func(t *testing.T, h *fixture) {
			for range checkLimit.Most {
				h.try(t, others[0])
				h.now = h.now.Add(checkLimit.Longest)
				h.logIn(t)
			}
		}, fault.ModelDisabled},
		"without consent": {func(t *testing.T, h *fixture) { h.settings.Consent = "2026-11" }, fault.ConsentMissing},
	} {
		for sent, check := range map[string]Check{
			"in the request": {Submission: sent([]byte(costly + same))},
			"uploaded":       {Submission: Submission{Uploads: []string{id}}},
		} {
			t.Run(name+", "+sent, func(t *testing.T) {
				h := newFixture(t).enrolled(t)
				tt.before(t, h)
				read, fetched := gauged(h), 0
				h.calls.before = func(made string) error {
					if made == "Get" {
						fetched++
					}
					return nil
				}
				if _, err := h.Verify(t.Context(), kimsToken, check); codeOf(err) != tt.want || read.Load() != 0 || fetched != 0 {
					t.Errorf("error %v, %d read, %d objects fetched, want %s and none", err, read.Load(), fetched, tt.want)
				}
			})
		}
	}
}

func TestAnAdmittedCheckWithACostlyFileIsAnswered(t *testing.T) {
	h := newFixture(t).enrolled(t)
	read := gauged(h)
	for recording, want := range map[string]bool{costly + same: true, costly + others[0]: false} {
		if ok, f := h.try(t, recording); ok != want || f != nil {
			t.Errorf("%s: %v, %v", recording, ok, f)
		}
	}
	if n := read.Load(); n != 2 {
		t.Errorf("%d read", n)
	}
}

// The fifth failure makes every other check wait, but not its own repetition.
func TestACostlyCheckSentAgainHasTheSameAnswer(t *testing.T) {
	h := newFixture(t).enrolled(t)
	gauged(h)
	for range checkLimit.Free - 1 {
		h.try(t, others[0]+" ")
		h.now = h.now.Add(repeatWithin)
	}
	c := request(costly + others[1])
	for range 3 {
		if got := h.send(t, c); got != "false" {
			t.Errorf("%s, want false", got)
		}
	}
	if got := h.send(t, request(costly+others[2])); got != string(fault.TooManyChecks) {
		t.Errorf("another one: %s", got)
	}
	odd := c
	odd.RateHz = math.NaN() // a request that cannot be named
	if ok, err := h.Verify(t.Context(), kimsToken, odd); ok || codeOf(err) != fault.TooManyChecks {
		t.Errorf("a request without a name: %v, %v", ok, err)
	}
	h.Service.keys = protect.Source(func(context.Context) (protect.Ring, error) { return testKeys(t), store.ErrUnavailable })
	if got := h.send(t, c); got != string(fault.TooManyChecks) {
		t.Errorf("while the keys can't be read: %s", got)
	}
	h.Service.keys = testKeys(t)
	h.now = h.now.Add(repeatWithin - 1)
	h.setWait(t)
	if got := h.send(t, c); got != "false" {
		t.Errorf("just within the minute: %s", got)
	}
	h.now = h.now.Add(1)
	if got := h.send(t, c); got != string(fault.TooManyChecks) {
		t.Errorf("a minute later: %s", got)
	}
}

// setWait makes the next check wait an hour.
func (h *fixture) setWait(t *testing.T) {
	t.Helper()
	m := h.kim(t)
	now := *m.Template
	now.Failures, now.FailedAt = checkLimit.Most-1, h.now
	must(t, h.store.SetTemplate(t.Context(), m, now, nil))
}

// However long the expensive checks in progress take, a check of usual size is
// answered meanwhile, and a further expensive one waits.
func TestASmallCheckIsAnsweredWhileTheWorstFilesAreRead(t *testing.T) {
	const atOnce = 4
	h := newFixture(t, func(s *Settings) { s.Parallel = atOnce }).enrolled(t)
	g := gauge{stub: stub{algorithm: "stub-1"}, read: new(atomic.Int32), inside: make(chan struct{}), release: make(chan struct{})}
	h.engine = g
	answers := make(chan error)
	enrol := func(ctx context.Context) {
		answers <- h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(costly + enrolment))})
	}
	for range atOnce {
		go enrol(t.Context())
		<-g.inside
	}
	if ok, f := h.try(t, same); !ok || f != nil {
		t.Errorf("meanwhile: %v, %v", ok, f)
	}
	before := g.read.Load()
	ended, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	go enrol(ended)
	if err := <-answers; codeOf(err) != fault.Unavailable || g.read.Load() != before {
		t.Errorf("one more: %v, %d read", err, g.read.Load()-before)
	}
	close(g.release)
	for range atOnce {
		if err := <-answers; err != nil {
			t.Error(err)
		}
	}
}

// Sizes are known from the row: a file may be as large as its address allows.
func TestUploadsAreCountedBeforeTheyAreFetched(t *testing.T) {
	h := newFixture(t)
	var ids []string
	for range 2 {
		up, err := h.uploads().Upload(t.Context(), kimsToken, MaxUploadSize/2+1)
		must(t, err)
		must(t, h.objects.Put(t.Context(), up.URL, []byte(enrolment)))
		ids = append(ids, up.ID)
	}
	h.enrolled(t)
	h.calls.before = func(made string) error {
		if made == "Get" {
			t.Error("an upload is fetched")
		}
		return nil
	}
	if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: Submission{Uploads: ids}}); codeOf(err) != fault.BodyTooLarge {
		t.Errorf("a check with two that are too large together: %v", err)
	}
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: ids}}); codeOf(err) != fault.UploadMissing {
		t.Errorf("uploads that a refused check had: %v", err)
	}
	ids = nil
	for range 2 {
		up, err := h.uploads().Upload(t.Context(), kimsToken, MaxUploadSize/2+1)
		must(t, err)
		ids = append(ids, up.ID)
	}
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: ids}}); codeOf(err) != fault.BodyTooLarge {
		t.Errorf("two that are too large together: %v", err)
	}
}

// An address to which nothing was uploaded, and a row with an id that no upload
// has.
func TestAnUploadThatIsNotThereIsMissing(t *testing.T) {
	h := newFixture(t)
	up, err := h.uploads().Upload(t.Context(), kimsToken, 5)
	must(t, err)
	odd := store.PendingUpload{ID: "../8", Size: 1, Expires: h.now.Add(time.Hour)}
	must(t, h.store.SetUploads(t.Context(), h.kim(t), append(h.kim(t).Uploads, odd)))
	fetched := 0
	h.calls.before = func(made string) error {
		if made == "Get" {
			fetched++
		}
		return nil
	}
	for id, want := range map[string]int{up.ID: 1, odd.ID: 0} {
		fetched = 0
		if err := h.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: []string{id}}}); codeOf(err) != fault.UploadMissing || fetched != want {
			t.Errorf("%s: %v, %d fetched", id, err, fetched)
		}
	}
	must(t, h.store.SetUploads(t.Context(), h.kim(t), []store.PendingUpload{odd}))
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	if slices.Contains(h.keys(t), "") {
		t.Error("an object without a key closes the address of an odd id")
	}
}
