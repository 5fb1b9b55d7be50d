package biometric

import (
	"crypto/sha256"
	"strconv"
	"testing"
	"time"

	"systole/shared/store"
)

func TestAModelTakesInAStrongMatchOnceADayIfItIsToldTo(t *testing.T) {
	on := func(s *Settings) { s.Adapt = true }
	off := func(*Settings) {}
	for _, tt := range []struct {
		name    string
		setting func(*Settings)
		later   time.Duration
		probe   string
		moves   bool
	}{
		{"off", off, 2 * adaptEvery, enrolment, false},
		{"on, the model's own first day", on, adaptEvery / 2, enrolment, false},
		{"on, a moment too early", on, adaptEvery - 1, enrolment, false},
		{"on, the day after", on, adaptEvery, enrolment, true},
		{"on, a weak match", on, adaptEvery, "kim 2 weak", false},
		{"on, a stranger", on, 2 * adaptEvery, others[0], false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t, tt.setting).enrolled(t)
			before := *h.kim(t).Template
			h.now = h.now.Add(tt.later)
			again := store.Session{ID: sha256.Sum256([]byte(kimsToken)), Username: "kim", PK: 7, Issued: h.now, Used: h.now, Expires: h.now.Add(time.Hour)}
			if err := h.store.CreateSession(t.Context(), again, store.Event{}, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(tt.probe))}); err != nil {
				t.Fatal(err)
			}
			after := *h.kim(t).Template
			if moved := after.Version != before.Version; moved != tt.moves {
				t.Fatalf("the model moved: %v, want %v", moved, tt.moves)
			}
			if _, err := h.objects.Get(t.Context(), after.Key); err != nil {
				t.Errorf("the pointer's object: %v", err)
			}
			if ok, err := h.Verify(t.Context(), kimsToken, Check{Submission: sent([]byte(enrolment))}); err != nil || !ok {
				t.Errorf("afterwards: %v, %v", ok, err)
			}
		})
	}
}

func TestDigestsAreArchivedByNumberAndBySize(t *testing.T) {
	for _, tt := range []struct {
		number, size int
		want         bool
	}{
		{0, 0, false},
		{archiveFrom - 1, 100, false},
		{archiveFrom, 100, true},
		{2, archiveBytes / 2, true},
		{2, archiveBytes/2 - 1, false},
	} {
		digests := map[string][]byte{}
		for i := range tt.number {
			digests[strconv.Itoa(i)] = make([]byte, tt.size)
		}
		if got := full(digests); got != tt.want {
			t.Errorf("%d of %d bytes: %v, want %v", tt.number, tt.size, got, tt.want)
		}
	}
}
