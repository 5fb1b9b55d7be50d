package biometric

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"sync"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// request returns a check with a recording, to be sent several times.
func request(recording string) Check { return Check{Submission: sent([]byte(recording))} }

// send sends a request with kim's token and returns its outcome.
func (h *fixture) send(t *testing.T, c Check) string {
	t.Helper()
	ok, err := h.Verify(t.Context(), kimsToken, c)
	if code := codeOf(err); code != "" {
		return string(code)
	}
	return fmt.Sprint(ok)
}

func TestARequestSentAgainWithinAMinuteIsOneCheck(t *testing.T) {
	tests := []struct{ name, recording, want string }{
		{"accepted", same, "true"},
		{"of another person", others[0], "false"},
		{"used for the enrolment", enrolment, "replay"},
		{"that no living body made", "kim 2 unnatural", "unnatural"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := strict(t)
			c := request(tt.recording)
			for range 2 * checkLimit.Free {
				if got := h.send(t, c); got != tt.want {
					t.Fatalf("%s, want %s", got, tt.want)
				}
				h.now = h.now.Add(repeatWithin / (2*time.Duration(checkLimit.Free) + 1))
			}
			if n := h.kim(t).Template.Failures; n != 1 {
				t.Errorf("counted %d times, want once", n)
			}
			events, _, err := h.store.ActivityOf(t.Context(), "kim", "", 100)
			var checks int
			for _, e := range events {
				if e.Kind == member.NotRecognised || e.Kind == member.ReplayRefused {
					checks += e.Count
				}
			}
			if err != nil || checks > 1 {
				t.Errorf("noted %d times, %v", checks, err)
			}
		})
	}
}

func TestAnyOtherWayOfSendingARecordingAgainIsAReplay(t *testing.T) {
	c := request(same)
	other := func(change func(*Check)) Check {
		changed := c
		change(&changed)
		return changed
	}
	tests := []struct {
		name  string
		later time.Duration
		again Check
	}{
		{"a minute later", repeatWithin, c},
		{"with another hint", 0, other(func(c *Check) { c.Lead = "II" })},
		{"at another false match rate", 0, other(func(c *Check) { c.FMR = 0.001 })},
		{"to prove the session", 0, other(func(c *Check) { c.Prove = true })},
		{"with other bytes", 0, other(func(c *Check) { c.Files = [][]byte{[]byte(same + " part")} })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := strict(t)
			if got := h.send(t, c); got != "true" {
				t.Fatal(got)
			}
			h.now = h.now.Add(tt.later)
			if got := h.send(t, tt.again); got != "replay" {
				t.Error(got)
			}
		})
	}
	t.Run("with another token", func(t *testing.T) {
		h := strict(t)
		if got := h.send(t, c); got != "true" {
			t.Fatal(got)
		}
		const another = "ffffffffffffffffffffffffffffffffffffffff"
		s := store.Session{ID: sha256.Sum256([]byte(another)), Username: "kim", PK: 7, Issued: h.now, Used: h.now, Expires: h.now.Add(time.Hour)}
		must(t, h.store.CreateSession(t.Context(), s, store.Event{}, nil))
		if ok, err := h.Verify(t.Context(), another, c); ok || !fault.Is(err, fault.Replay) {
			t.Errorf("%v, %v", ok, err)
		}
	})
}

func TestARequestSentToSeveralInstancesAtOnceIsOneCheck(t *testing.T) {
	for recording, want := range map[string]bool{same: true, others[0]: false} {
		h := strict(t)
		c := request(recording)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				tokens := member.NewTokens(h.store, member.DefaultTokenLimits, func() time.Time { return noon }, rand.Reader)
				instance := NewService(tokens, h.store, h.objects, testKeys(t), stub{algorithm: "stub-1"}, h.settings, func() time.Time { return noon }, rand.Reader)
				if v, err := instance.Verify(t.Context(), kimsToken, c); v.Accepted != want || err != nil {
					t.Errorf("%s: %v, %v", recording, v.Accepted, err)
				}
			})
		}
		all.Wait()
		if n := h.kim(t).Template.Failures; n != 1 {
			t.Errorf("%s: counted %d times, want once", recording, n)
		}
		if want {
			h.now = h.now.Add(repeatWithin)
			h.wantReplay(t, recording)
		}
	}
}

func TestTheLastFailureSentAgainIsAnsweredAlikeAndWaitsForNothing(t *testing.T) {
	h := strict(t)
	for range checkLimit.Free - 1 {
		h.try(t, others[1])
	}
	c := request(others[0])
	for range 3 {
		if got := h.send(t, c); got != "false" {
			t.Error(got)
		}
	}
	if _, f := h.try(t, same); f == nil || f.Code != fault.TooManyChecks {
		t.Errorf("another check: %v", f)
	}
}

// The first of two equal requests is admitted, then meets a store that fails, and
// withdraws its entries. The recording that the second request accepts counts as
// used all the same.
func TestAnAcceptedRepetitionIsRememberedWhateverBecomesOfTheFirst(t *testing.T) {
	h := strict(t)
	c := request(same)
	var repeated string
	h.calls.after = func(call string) error {
		if call != "RegisterProbe" {
			return nil
		}
		h.calls.failNoMore()
		repeated = h.send(t, c)
		return store.ErrUnavailable
	}
	if ok, err := h.Verify(t.Context(), kimsToken, c); ok || err == nil || repeated != "true" {
		t.Fatalf("first %v, %v; second %s", ok, err, repeated)
	}
	h.wantReplay(t, same)
}

func TestAWithdrawnCheckSentAgainIsCounted(t *testing.T) {
	h := strict(t)
	c := request(others[0])
	h.calls.before = func(call string) error {
		if call == "Get" {
			return store.ErrUnavailable
		}
		return nil
	}
	if _, err := h.Verify(t.Context(), kimsToken, c); err == nil {
		t.Fatal("the store didn't fail")
	}
	h.calls.reset()
	if got, n := h.send(t, c), h.kim(t).Template.Failures; got != "false" || n != 1 {
		t.Errorf("%s, counted %d times", got, n)
	}
}

func TestACheckThatArchivesDigestsCanBeSentAgain(t *testing.T) {
	h := strict(t)
	for i := range archiveFrom + 2 {
		c := request(fmt.Sprintf("kim %d", 100+i))
		for range 2 {
			if got := h.send(t, c); got != "true" {
				t.Fatalf("check %d: %s", i, got)
			}
		}
		h.now = h.now.Add(time.Second)
	}
}
