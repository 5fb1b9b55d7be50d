package biometric

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

func TestAVerdictSaysHowItCameAbout(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for asked, at := range map[FMR]FMR{0: 0.01, 0.002: 0.002} {
		for recording, accepted := range map[string]bool{same: true, "lee 1": false} {
			h.now = h.now.Add(2 * time.Minute)
			v, err := h.Service.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(recording)), FMR: asked})
			if err != nil || v.Accepted != accepted || v.FMR != at || !v.At.Equal(h.now) || v.Session.Username != "kim" || v.Member.PK != 7 || v.Member.Template == nil {
				t.Errorf("%s at %g: %+v, %v", recording, asked, v, err)
			}
			if v.AnotherDay != nil {
				t.Errorf("another day on the first: %+v", v.AnotherDay)
			}
		}
	}
	h.tomorrow(t)
	if v, err := h.Service.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(same))}); err != nil || v.AnotherDay == nil {
		t.Errorf("the day after: %+v, %v", v.AnotherDay, err)
	}
}

// noted returns the kinds of kim's events with their counts.
func (h *fixture) noted(t *testing.T) string {
	t.Helper()
	events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 100)
	must(t, err)
	var kinds []string
	for _, e := range events {
		kinds = append(kinds, fmt.Sprintf("%s %d", e.Kind, max(1, e.Count)))
	}
	slices.Sort(kinds)
	return strings.Join(kinds, ", ")
}

func TestEachFailureIsNotedAndCountedAsWhatItIs(t *testing.T) {
	for recording, want := range map[string]struct {
		kind     store.EventKind
		measured string
	}{
		"lee 1":           {member.NotRecognised, "rejected"},
		enrolment:         {member.ReplayRefused, ""},
		"kim 2 unnatural": {member.NotRecognised, ""},
	} {
		h := strict(t)
		ctx, request := measure.With(t.Context(), func() time.Time { return noon })
		h.Verify(ctx, kimsToken, Check{Submission: sent([]byte(recording))})
		if got, want := h.noted(t), fmt.Sprintf("%s 1", want.kind); !strings.Contains(got, want) || strings.Count(got, " 1") != 2 {
			t.Errorf("%s: noted %s, want %s", recording, got, want)
		}
		var counted []string
		for _, m := range request.All() {
			if m.Unit == measure.Count {
				counted = append(counted, m.Name)
			}
		}
		if got := strings.Join(counted, " "); got != want.measured {
			t.Errorf("%s: measured %q, want %q", recording, got, want.measured)
		}
	}
}

func TestFilesOfACheckAreOneRecording(t *testing.T) {
	for want, files := range map[fault.Code][][]byte{
		fault.FileMissing:  nil,
		fault.TooManyFiles: {[]byte(same), []byte(third)},
	} {
		h := newFixture(t).enrolled(t)
		if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: Submission{Files: files}}); codeOf(err) != want {
			t.Errorf("%d files: %v", len(files), err)
		}
	}
	h := newFixture(t)
	if err := h.Enrol(t.Context(), kimsToken, Enrolment{}); codeOf(err) != fault.FileMissing {
		t.Errorf("an enrolment without files: %v", err)
	}
}

func TestADayIsAddedToATemplateFromTheNextDayOn(t *testing.T) {
	if err := mayAdd(store.Member{}, noon); codeOf(err) != fault.NoModel {
		t.Errorf("without a template: %v", err)
	}
	m := store.Member{Template: &store.Template{Made: noon, LastDay: noon}}
	next := member.NextDay(*m.Template)
	for at, want := range map[time.Time]string{
		next: "<nil>", next.Add(time.Hour): "<nil>", next.Add(-1): "1", next.Add(-time.Hour): "1", next.Add(-time.Hour - 1): "2",
	} {
		var f *fault.Error
		got := "<nil>"
		if err := mayAdd(m, at); errors.As(err, &f) && f.Code == fault.DayTooSoon {
			got = fmt.Sprint(f.Params["hours"])
		} else if err != nil {
			t.Error(err)
		}
		if got != want {
			t.Errorf("%v before: %s hours, want %s", next.Sub(at), got, want)
		}
	}
	if got := lastDay(store.Template{Made: noon}); !got.Equal(noon) {
		t.Errorf("the last day of a template from before days were counted: %v", got)
	}
	if got := lastDay(store.Template{Made: noon, LastDay: next}); !got.Equal(next) {
		t.Errorf("the last day: %v", got)
	}
}

func TestContentThatIsBrokenIsRefused(t *testing.T) {
	whole := (&content{template: []byte("t"), enrolled: [][]byte{{1}, {2, 3}}, checked: [][]byte{{4}}}).marshal()
	if _, err := parseContent(whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if c, err := parseContent(whole[:n]); err == nil {
			t.Errorf("cut off at %d it is %+v", n, c)
		}
	}
	for name, b := range map[string][]byte{
		"more behind": append(slices.Clone(whole), 0), "a number without end": {0xff}, "a number too large": {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1},
		"a part longer than the rest": {2, 't'}, "a list longer than the rest": {0, 5, 0}, "nothing": nil,
	} {
		if c, err := parseContent(b); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
}

func TestTheOldestDigestsAreDropped(t *testing.T) {
	number := func(i int) []byte { return []byte(fmt.Sprint(i)) }
	var c content
	for i := range maxEnrolled + 2 {
		c.enrol(number(i))
	}
	for i := range maxChecked + 3 {
		c.remember(number(i))
	}
	if len(c.enrolled) != maxEnrolled || string(c.enrolled[0]) != "2" || len(c.checked) != maxChecked || string(c.checked[0]) != "3" {
		t.Errorf("%d from %s, %d from %s", len(c.enrolled), c.enrolled[0], len(c.checked), c.checked[0])
	}
	if maxEnrolled != 256 || maxChecked != 256 {
		t.Error("the documents say 256")
	}
}

// signer records the addresses that it signed.
type signer struct{ key, size, lifetime string }

func (s *signer) PresignPut(_ context.Context, key string, size int64, lifetime time.Duration) (store.SignedPut, error) {
	s.key, s.size, s.lifetime = key, fmt.Sprint(size), lifetime.String()
	return store.SignedPut{Method: "PUT", URL: key}, nil
}

// due returns the objects that the clean-up is to look at, with the time until
// then.
func (h *fixture) due(t *testing.T) map[string]time.Duration {
	t.Helper()
	due := make(map[string]time.Duration)
	for shard := range store.DueShards {
		all, _, err := h.store.DueUntil(t.Context(), store.DueLeftover, shard, h.now.Add(10000*time.Hour), "", 100)
		must(t, err)
		for _, d := range all {
			due[d.Key] = d.At.Sub(h.now)
		}
	}
	return due
}

func TestAnAddressIsForOneFileForAQuarterOfAnHour(t *testing.T) {
	h, s := newFixture(t), new(signer)
	uploads := NewUploads(h.owners(), h.calls, s, func() time.Time { return h.now }, rand.Reader)
	up, err := uploads.Upload(t.Context(), kimsToken, 12345)
	must(t, err)
	key, _ := store.UploadKey(7, up.ID)
	if want := (signer{key, "12345", "15m0s"}); *s != want || up.URL != key {
		t.Errorf("signed %+v, want %+v", *s, want)
	}
	if at, ok := h.due(t)[key]; !ok || at != 30*time.Minute {
		t.Errorf("clean-up looks after %v", at)
	}
	var f *fault.Error
	if _, err := uploads.Upload(t.Context(), kimsToken, MaxUploadSize+1); !errors.As(err, &f) || fmt.Sprint(f.Params["limit_bytes"]) != fmt.Sprint(64<<20) {
		t.Errorf("a byte too many: %v", err)
	}
}

func TestWhatATaskMayLeaveIsNotedForCleanUpBefore(t *testing.T) {
	h := newFixture(t, func(s *Settings) { s.OrphansAfter = 24 * time.Hour }).enrolled(t)
	first := h.kim(t).Template
	none := newFixture(t)
	must(t, none.deletion(t).DeleteOf(t.Context(), none.kim(t)))
	if due := none.due(t); len(due) != 1 || strings.ContainsAny(slices.Collect(maps.Keys(due))[0], " ") {
		t.Errorf("a removal of nothing is noted as %v", due)
	}
	want := func(when string, leftovers []string, after time.Duration) {
		t.Helper()
		if at, ok := h.due(t)[store.LeftoverKey(leftovers)]; !ok || at != after {
			t.Errorf("%s: %v isn't noted for %v: %v", when, leftovers, after, h.due(t))
		}
	}
	want("a first enrolment", []string{first.Key, store.EnrolledPrefix(7, first.Version)}, 24*time.Hour)
	h.enrolled(t)
	second := h.kim(t).Template
	want("a second one", []string{second.Key, first.Key, store.EnrolledPrefix(7, second.Version)}, 24*time.Hour)
	must(t, h.deletion(t).DeleteOf(t.Context(), h.kim(t)))
	want("a removal", []string{h.kim(t).MemoryKey, second.Key}, time.Hour)
	h.settings.KeepUploads = true
	h.enrolled(t)
	third := h.kim(t).Template
	rotated(t, h)
	if _, f := h.try(t, same); f != nil {
		t.Fatal(f)
	}
	want("a check that seals anew", []string{h.kim(t).Template.Key, third.Key}, 24*time.Hour)
	must(t, NewDeletion(h.calls, h.owners(), h.calls, twoKeys(t), func() time.Time { return h.now }, rand.Reader).DeleteOf(t.Context(), h.kim(t)))
	h.settings.KeepUploads = false
	memory := h.kim(t).MemoryKey
	h.enrolled(t)
	want("an enrolment without recordings", []string{h.kim(t).Template.Key, memory}, 24*time.Hour)
	if slices.Contains(h.keys(t), memory) {
		t.Error("what a template remembers lies beside it")
	}
}

// A row that changes before every try ends in a conflict, after as many tries as
// there may be simultaneous requests.
func TestTriesOfARowThatNeverStandsStillEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		method string
		tries  int
		task   func(ctx context.Context, h *fixture, f *failing) error
	}{
		"take days back": {"SetTemplate", maxConflicts, func(ctx context.Context, h *fixture, f *failing) error {
			h.now = h.now.Add(time.Minute)
			_, err := f.removal.DeleteSince(ctx, kimsToken, h.now)
			return err
		}},
		"upload": {"SetUploads", maxUploads, func(ctx context.Context, h *fixture, f *failing) error {
			_, err := f.uploads.Upload(ctx, kimsToken, 5)
			return err
		}},
		"enrol": {"SetTemplate", maxConflicts, func(ctx context.Context, h *fixture, f *failing) error {
			return f.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}},
		"delete": {"ClearTemplate", maxConflicts, func(ctx context.Context, h *fixture, f *failing) error {
			return f.deletion.DeleteTemplate(ctx, kimsToken)
		}},
	} {
		h := newFixture(t).enrolled(t)
		tries := 0
		f := h.failing(t.Context(), storetest.Hook(func(_ context.Context, called string, call func() error) error {
			if called == tt.method {
				tries++
				return store.ErrConflict
			}
			return call()
		}))
		if err := tt.task(t.Context(), h, f); codeOf(err) != fault.Conflict || tries != tt.tries {
			t.Errorf("%s: %v after %d tries, want %d", name, err, tries, tt.tries)
		}
		must(t, h.intact())
	}
}

func TestAnUploadIsReleasedByWhoeverIsFaster(t *testing.T) {
	for _, conflicts := range []int{0, 1, maxConflicts - 1} {
		h := newFixture(t)
		id := h.uploadedFile(t, enrolment)
		left := conflicts
		f := h.failing(t.Context(), storetest.Hook(func(_ context.Context, called string, call func() error) error {
			if called == "SetUploads" && left > 0 {
				left--
				return store.ErrConflict
			}
			return call()
		}))
		must(t, f.Enrol(t.Context(), kimsToken, Enrolment{Submission: Submission{Uploads: []string{id}}}))
		if n := len(h.kim(t).Uploads); n != 0 {
			t.Errorf("after %d conflicts %d uploads are awaited", conflicts, n)
		}
	}
}

func TestAnEnrolmentSaysWhichKindItWas(t *testing.T) {
	h := newFixture(t).enrolled(t)
	if got := h.noted(t); got != string(member.ModelMade)+" 1" {
		t.Errorf("noted %s", got)
	}
	h.tomorrow(t)
	must(t, h.Enrol(t.Context(), kimsToken, Enrolment{Submission: sent([]byte("kim 5")), Add: true}))
	if got := h.noted(t); !strings.Contains(got, string(member.ModelMade)+" 1") || !strings.Contains(got, string(member.ModelDayAdded)+" 1") {
		t.Errorf("noted %s", got)
	}
	if last := h.kim(t).Template.LastDay; !last.Equal(h.now) {
		t.Errorf("the last day is %v", last)
	}
}

func TestWaitsAndUnlocking(t *testing.T) {
	last := checkLimit.Most - 1
	for _, tt := range []struct {
		failures int
		after    time.Duration
		wait     time.Duration
		disabled bool
		unlocked int // failures that stay
	}{
		{0, 0, 0, false, 0},
		{1, 0, 0, false, 0},
		{checkLimit.Free - 1, 0, 0, false, 0},
		{checkLimit.Free, 0, checkLimit.First, false, 0},
		{checkLimit.Free, checkLimit.First - 1, 1, false, 0},
		{checkLimit.Free, checkLimit.First, 0, false, 0},
		{checkLimit.Free, time.Hour, 0, false, 0},
		{last, 0, checkLimit.Longest, false, 0},
		{checkLimit.Most, 0, 0, true, checkLimit.Most},
	} {
		h := newFixture(t).enrolled(t)
		now := *h.kim(t).Template
		now.Failures, now.FailedAt = tt.failures, h.now
		must(t, h.store.SetTemplate(t.Context(), h.kim(t), now, nil))
		if wait, disabled := Waits(h.kim(t), h.now.Add(tt.after)); wait != tt.wait || disabled != tt.disabled {
			t.Errorf("%d failures, %v ago: waits %v, disabled %v", tt.failures, tt.after, wait, disabled)
		}
		used := h.kim(t).Template.Used
		must(t, h.Unlock(t.Context(), h.kim(t)))
		if m := h.kim(t).Template; m.Failures != tt.unlocked || !m.Used.Equal(used) {
			t.Errorf("%d failures: %d after unlocking, used %v", tt.failures, m.Failures, m.Used)
		}
	}
	if wait, disabled := Waits(store.Member{}, noon); wait != 0 || disabled {
		t.Errorf("without a template: %v, %v", wait, disabled)
	}
	h := newFixture(t)
	must(t, h.Unlock(t.Context(), h.kim(t)))
	h.enrolled(t)
	h.try(t, "lee 1")
	older := h.kim(t)
	h.enrolled(t) // another template by now
	must(t, h.Unlock(t.Context(), older))
}

func TestFiveChecksAreFreeAndAfterFiftyTheTemplateIsDisabled(t *testing.T) {
	if want := (store.Backoff{Free: 5, First: 30 * time.Second, Longest: 15 * time.Minute, Most: 50}); checkLimit != want {
		t.Errorf("the limit is %+v, and the documents say %+v", checkLimit, want)
	}
}

func TestNeedsOfARecording(t *testing.T) {
	if want := (Need{Seconds: 10, CleanBeats: 6}); EnrolmentNeed != want {
		t.Errorf("an enrolment needs %+v, and the documents say %+v", EnrolmentNeed, want)
	}
	if want := (Need{Seconds: 8, CleanBeats: 4}); ProbeNeed != want {
		t.Errorf("a probe needs %+v, and the documents say %+v", ProbeNeed, want)
	}
}

func TestStrictnessAtItsBounds(t *testing.T) {
	s := Settings{FMR: 0.01}
	for asked, want := range map[FMR]FMR{0: 0.01, 0.01: 0.01, 1e-12: 1e-12, 0.005: 0.005} {
		if got, err := s.strictness(asked); got != want || err != nil {
			t.Errorf("asked for %g: %g, %v", asked, got, err)
		}
	}
	for _, asked := range []FMR{0.0100001, 1, -0.001, FMR(math.NaN())} {
		if got, err := s.strictness(asked); got != 0 || codeOf(err) != fault.FieldInvalid {
			t.Errorf("asked for %g: %g, %v", asked, got, err)
		}
	}
}

func TestUploadsOfOneRequestAtTheirBounds(t *testing.T) {
	pending := func(sizes ...int64) (m store.Member, ids []string) {
		for i, size := range sizes {
			id := fmt.Sprintf("%032d", i)
			m.Uploads = append(m.Uploads, store.PendingUpload{ID: id, Size: size, Expires: noon})
			ids = append(ids, id)
		}
		return m, ids
	}
	for _, tt := range []struct {
		name  string
		sizes []int64
		now   time.Time
		want  fault.Code
	}{
		{"as many as may be", make([]int64, maxUploads), noon.Add(-1), ""},
		{"one more", make([]int64, maxUploads+1), noon.Add(-1), fault.TooManyFiles},
		{"as large as may be", []int64{MaxUploadSize - 1, 1}, noon.Add(-1), ""},
		{"a byte more", []int64{MaxUploadSize, 1}, noon.Add(-1), fault.BodyTooLarge},
		{"expired", []int64{1}, noon, fault.UploadMissing},
	} {
		m, ids := pending(tt.sizes...)
		err := awaited(m, ids, tt.now)
		if codeOf(err) != tt.want {
			t.Errorf("%s: %v", tt.name, err)
		}
		var f *fault.Error
		if errors.As(err, &f) && f.Code == fault.BodyTooLarge && fmt.Sprint(f.Params["limit_bytes"]) != fmt.Sprint(MaxUploadSize) {
			t.Errorf("%s: the limit is told as %v", tt.name, f.Params)
		}
	}
	m, ids := pending(1)
	m.Uploads = nil
	if err := awaited(m, ids, noon); codeOf(err) != fault.UploadMissing {
		t.Errorf("an upload that isn't awaited: %v", err)
	}
}

func TestVersionsFollowARemoval(t *testing.T) {
	for _, tt := range []struct{ removed, at, want time.Time }{
		{time.Time{}, noon, noon},
		{noon, noon.Add(-time.Hour), noon.Add(time.Millisecond)},
		{noon, noon, noon.Add(time.Millisecond)},
		{noon, noon.Add(time.Millisecond), noon.Add(time.Millisecond)},
		{noon, noon.Add(time.Second), noon.Add(time.Second)},
		{time.Time{}, time.Time{}.Add(-time.Hour), time.Time{}.Add(-time.Hour)},
	} {
		if got := following(tt.removed, tt.at); !got.Equal(tt.want) {
			t.Errorf("removed %v, made %v: %v", tt.removed, tt.at, got)
		}
	}
}

func TestARequestIsNamedByAllOfIt(t *testing.T) {
	key := digestKeys(testKeys(t), 7)[0]
	session := store.Session{ID: sha256.Sum256([]byte(kimsToken))}
	base := Check{Submission: Submission{Files: [][]byte{[]byte("a"), []byte("b")}}, FMR: 0.001}
	name := func(s store.Session, c Check) string {
		t.Helper()
		got, err := requestKey(key, s, c)
		must(t, err)
		return got
	}
	first := name(session, base)
	if len(first) != 32 || first != name(session, base) {
		t.Errorf("%q isn't 16 bytes that stay the same", first)
	}
	for what, c := range map[string]Check{
		"another file":  {Submission: Submission{Files: [][]byte{[]byte("a"), []byte("c")}}, FMR: 0.001},
		"other bounds":  {Submission: Submission{Files: [][]byte{[]byte("ab")}}, FMR: 0.001},
		"another rate":  {Submission: Submission{Files: base.Files}, FMR: 0.002},
		"another hint":  {Submission: Submission{Files: base.Files, Hints: Hints{Lead: "II"}}, FMR: 0.001},
		"an upload":     {Submission: Submission{Files: base.Files, Uploads: []string{"x"}}, FMR: 0.001},
		"another nonce": {Submission: base.Submission, FMR: 0.001, Nonce: "n"},
	} {
		if name(session, c) == first {
			t.Errorf("%s is the same request", what)
		}
	}
	if name(store.Session{}, base) == first {
		t.Error("another session sends the same request")
	}
}
