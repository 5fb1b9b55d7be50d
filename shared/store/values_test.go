package store

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestABackoffDoublesFromFreeToLongestAndEndsAtMost(t *testing.T) {
	b := Backoff{Free: 3, First: 10 * time.Second, Longest: 35 * time.Second, Most: 8}
	for failures, want := range []time.Duration{0, 0, 0, 10 * time.Second, 20 * time.Second, 35 * time.Second, 35 * time.Second, 35 * time.Second, 35 * time.Second} {
		if got := b.Wait(failures); got != want {
			t.Errorf("after %d failures it waits %v, want %v", failures, got, want)
		}
		exhausted := failures >= 8
		if got := b.Exhausted(failures); got != exhausted {
			t.Errorf("after %d failures exhausted: %v", failures, got)
		}
		for at, admits := range map[time.Duration]bool{want - 1: failures < b.Free, want: true, want + time.Hour: true} {
			if got := b.Admits(failures, noon, noon.Add(at)); got != (admits && !exhausted) {
				t.Errorf("%v after %d failures it admits another: %v", at, failures, got)
			}
		}
	}
	even := Backoff{Free: 1, First: 10 * time.Second, Longest: 40 * time.Second}
	if got := even.Wait(3); got != 40*time.Second {
		t.Errorf("the third waits %v", got)
	}
	if got := (Backoff{First: time.Minute, Longest: time.Second}).Wait(0); got != time.Second {
		t.Errorf("a first beyond the longest waits %v", got)
	}
	if got := even.Wait(1_000_000); got != 40*time.Second {
		t.Errorf("the millionth waits %v", got)
	}
	if even.Exhausted(1_000_000) || !even.Admits(1_000_000, noon, noon.Add(time.Minute)) {
		t.Error("without a bound it ends")
	}
	if (Backoff{Most: 1}).Exhausted(0) || !(Backoff{Most: 1}).Exhausted(1) {
		t.Error("a bound of one")
	}
}

func TestEventsOfAPeriodAreOneEntry(t *testing.T) {
	first := Event{Kind: "k", At: noon, Within: time.Hour, Expires: noon.Add(time.Minute), Networks: []string{"a"}}
	single := first.Single()
	if single.Count != 1 || !single.First.Equal(noon) || single.Within != 0 {
		t.Errorf("alone it is %+v", single)
	}
	later := Event{Kind: "k", At: noon.Add(59 * time.Minute), Within: time.Hour, Expires: noon.Add(time.Hour), Networks: []string{"a", "b"}}
	both := single.With(later)
	if both.Count != 2 || !both.At.Equal(later.At) || !both.Expires.Equal(later.Expires) || !both.First.Equal(noon) || fmt.Sprint(both.Networks) != "[a b]" {
		t.Errorf("together they are %+v", both)
	}
	if len(first.Networks) != 1 {
		t.Error("the first is changed")
	}
	if first.Place() != later.Place() {
		t.Errorf("places %q and %q of one period", first.Place(), later.Place())
	}
	next := later
	next.At = noon.Add(time.Hour)
	if next.Place() == later.Place() || !(later.Place() < next.Place()) {
		t.Errorf("places %q and %q of two periods", later.Place(), next.Place())
	}
	later.Within = 0
	if later.Place() == first.Place() || !strings.HasSuffix(later.Place(), fmt.Sprint(later.At.UnixNano())+" k") {
		t.Errorf("of no period %q", later.Place())
	}
	other := first
	other.Kind = "l"
	if other.Place() == first.Place() {
		t.Error("of two kinds the place is one")
	}
}

func TestKeysOfAMember(t *testing.T) {
	upload, ok := UploadKey(1234567890123, strings.Repeat("a", 32))
	for got, want := range map[string]string{
		TemplateKey(1234567890123, "v"):     "models/1234567890123/v",
		MemoryKey(1234567890123, "v"):       "memory/1234567890123/v",
		EnrolledKey(1234567890123, "v", 12): "uploads/1234567890123/v/12",
		upload:                              "incoming/1234567890123/" + strings.Repeat("a", 32),
		LeftoverKey([]string{"a", "b"}):     "a b",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if pk, mine := Owner(got); mine != (got != "a b") || mine && pk != 1234567890123 {
			t.Errorf("%s belongs to %d, %v", got, pk, mine)
		}
	}
	if !ok {
		t.Error("an id is none")
	}
	for _, key := range []string{"", "models", "models/x/1", "models/0/1", "models/-1/1", "models/0x7/1", "models/99999999999999999999/1"} {
		if pk, ok := Owner(key); ok {
			t.Errorf("%s belongs to %d", key, pk)
		}
	}
	if got := (Due{Key: "a b"}).Leftovers(); fmt.Sprint(got) != "[a b]" || len(got) != 2 {
		t.Errorf("left over %q", got)
	}
	shards := make(map[int]int)
	for i := range 1000 * DueShards {
		n := DueShard(fmt.Sprint("key", i))
		if n < 0 || n >= DueShards {
			t.Fatalf("list %d", n)
		}
		shards[n]++
	}
	for n := range DueShards {
		if shards[n] < 500 || shards[n] > 1500 {
			t.Errorf("list %d has %d of %d", n, shards[n], 1000*DueShards)
		}
	}
}

func TestWhatAMemberHas(t *testing.T) {
	id := strings.Repeat("b", 32)
	key, _ := UploadKey(7, id)
	m := Member{PK: 7, MemoryKey: "memory/7/m", Failed: Attempts{Failures: 3, FailedAt: noon}, Uploads: []PendingUpload{{ID: "../8"}, {ID: id}}}
	if m.ObjectKey() != "memory/7/m" || m.HadTemplate() || m.FailedChecks() != m.Failed {
		t.Errorf("without a template %q, %v, %+v", m.ObjectKey(), m.HadTemplate(), m.FailedChecks())
	}
	if !m.Awaits(key) || m.Awaits("") || m.Awaits("incoming/7/"+strings.Repeat("c", 32)) || m.Awaits("incoming/8/"+id) {
		t.Error("it awaits another upload")
	}
	m.Removed = noon
	if !m.HadTemplate() {
		t.Error("it had no template")
	}
	m.Removed, m.Template = time.Time{}, &Template{Key: "models/7/v", Failures: 2, FailedAt: noon.Add(1)}
	if want := (Attempts{Failures: 2, FailedAt: noon.Add(1)}); m.ObjectKey() != "models/7/v" || !m.HadTemplate() || m.FailedChecks() != want {
		t.Errorf("with a template %q, %v, %+v", m.ObjectKey(), m.HadTemplate(), m.FailedChecks())
	}
	m.Digests = map[string][]byte{"b": nil, "a": nil}
	if got := fmt.Sprint(m.DigestIDs()); got != "[a b]" {
		t.Errorf("digests %s", got)
	}
}

func TestConsentHoldsForItsTextUntilItIsWithdrawn(t *testing.T) {
	for c, want := range map[*Consent]bool{
		nil:                             false,
		{Version: "1", Given: noon}:     true,
		{Version: "2", Given: noon}:     false,
		{Version: "1", Withdrawn: noon}: false,
	} {
		if got := c.Holds("1"); got != want {
			t.Errorf("%+v holds: %v", c, got)
		}
	}
}

func TestAProbeRepeatsTheSameRequestForAWhile(t *testing.T) {
	p := Probe{Key: "k", Since: noon}
	for c, want := range map[LastCheck]bool{
		{Key: "k", At: noon.Add(1)}: true, {Key: "k", At: noon}: false, {Key: "l", At: noon.Add(1)}: false, {}: false,
	} {
		if got := p.Repeats(c); got != want {
			t.Errorf("of %+v: %v", c, got)
		}
	}
	if (Probe{Since: noon}).Repeats(LastCheck{At: noon.Add(1)}) {
		t.Error("a request without a key is repeated")
	}
}

func TestRecoveryCodesAreEqualByTimeAndDigests(t *testing.T) {
	c := RecoveryCodes{Made: noon, Left: [][]byte{{1}, {2}}}
	for want, others := range map[bool][]RecoveryCodes{
		true:  {{Made: noon, Left: [][]byte{{1}, {2}}}, {Made: noon.In(time.FixedZone("", 3600)), Left: [][]byte{{1}, {2}}}},
		false: {{Made: noon.Add(1), Left: [][]byte{{1}, {2}}}, {Made: noon, Left: [][]byte{{1}}}, {Made: noon, Left: [][]byte{{2}, {1}}}, {}},
	} {
		for _, d := range others {
			if c.Equal(d) != want {
				t.Errorf("%+v and %+v: want %v", c, d, want)
			}
		}
	}
}
