package biometric

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// of returns a template by an algorithm, with the numbers of recordings of its
// days.
func of(algorithm string, days ...int) *stubTemplate {
	t := &stubTemplate{algorithm: algorithm}
	for _, n := range days {
		t.days = append(t.days, slices.Repeat([]string{"kim"}, n))
	}
	return t
}

// hours returns times a number of hours after noon.
func hours(all ...int) (times []time.Time) {
	for _, n := range all {
		times = append(times, noon.Add(time.Duration(n)*time.Hour))
	}
	return times
}

// all returns everything about the templates as text.
func (t Templates) all() string {
	said := fmt.Sprintf("%v%v", t.Base.(*stubTemplate).days, clock(t.Added))
	if n := t.Newer; n != nil {
		said += fmt.Sprintf(" beside %s decides %v", n.all(), n.Decides)
	}
	return said
}

func (n *Newer) all() string {
	return fmt.Sprintf("%v%v begun%v checks %d", n.Template.(*stubTemplate).days, clock(n.Added), clock([]time.Time{n.Begun}), n.Checks)
}

// clock returns times as hours after noon.
func clock(times []time.Time) []float64 {
	var all []float64
	for _, at := range times {
		all = append(all, at.Sub(noon).Hours())
	}
	return all
}

func TestANewerTemplateLearnsByDays(t *testing.T) {
	apart := int(member.DayApart / time.Hour)
	full := of("stub-2", 1, 1, 1, 1, 1)
	for _, tt := range []struct {
		name  string
		newer *Newer
		at    time.Time
		want  string
	}{
		{"none yet", nil, hours(3)[0], "[[kim]][3] begun[3] checks 0"},
		{"of an algorithm that isn't the newest any more", &Newer{Template: of("stub-1", 2), Added: hours(1), Begun: noon, Checks: 7}, hours(3)[0], "[[kim]][3] begun[3] checks 0"},
		{"on its first day", &Newer{Template: of("stub-2", 1), Added: hours(1), Begun: noon, Checks: 7}, hours(3)[0], "[[kim kim]][3] begun[0] checks 8"},
		{"a moment before another day", &Newer{Template: of("stub-2", 1), Added: hours(1), Begun: noon}, noon.Add(member.DayApart - time.Hour), fmt.Sprintf("[[kim kim]][%d] begun[0] checks 1", apart-1)},
		{"on another day", &Newer{Template: of("stub-2", 1), Added: hours(1), Begun: noon}, noon.Add(member.DayApart), fmt.Sprintf("[[kim] [kim]][1 %d] begun[%d] checks 1", apart, apart)},
		{"on another day, when all days are full", &Newer{Template: full, Added: hours(1, 2, 3, 4, 5), Begun: noon}, noon.Add(member.DayApart),
			fmt.Sprintf("[[kim] [kim] [kim] [kim] [kim kim]][1 2 3 4 %d] begun[0] checks 1", apart)},
	} {
		probe := &stubReading{person: "kim"}
		n, err := grown(fresh, tt.newer, probe, 0.01, tt.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := n.all(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	if len(full.days[4]) != 1 {
		t.Error("the template before is changed")
	}
}

func TestAMigrationThatFailsChangesNothing(t *testing.T) {
	failing := func(method string) Engine {
		return hookedEngine{fresh, func(name string, do func() error) error {
			if name == method {
				return errors.New("broken")
			}
			return do()
		}}
	}
	probe := hookedReading{&stubReading{person: "kim"}, func(_ string, do func() error) error { return do() }}
	for method, newer := range map[string]*Newer{"Enrol": nil, "Join": {Added: hours(0), Begun: noon}, "AddDay": {Added: hours(0), Begun: noon.Add(-member.DayApart)}} {
		e := failing(method).(hookedEngine)
		if newer != nil {
			newer.Template = hookedTemplate{of("stub-2", 1), e.call}
		}
		before := Templates{Base: hookedTemplate{of("stub-1", 1), e.call}, Added: hours(0), Newer: newer}
		after, changed := HandOver.Migrate(e, before, probe, 0.01, noon)
		if changed || after.Newer != before.Newer {
			t.Errorf("%s fails: changed %v, %+v", method, changed, after)
		}
	}
}

func TestANewerTemplateTakesTheOldersPlaceWithItsDays(t *testing.T) {
	both := Templates{Base: of("stub-1", 1), Added: hours(0), Newer: &Newer{Template: of("stub-2", 1), Added: hours(5), Decides: true}}
	for e, want := range map[string]struct {
		Engine
		moves bool
		all   string
	}{
		"while a rollback may come": {fresh, false, both.all()},
		"later":                     {settled, true, "[[kim]][5]"},
	} {
		after, moved := HandOver.Migrate(want.Engine, both, &stubReading{person: "kim"}, 0.01, noon)
		if moved != want.moves || after.all() != want.all {
			t.Errorf("%s: %v, %s", e, moved, after.all())
		}
	}
}

func TestDaysBeforeATime(t *testing.T) {
	base, newer := of("stub-1", 1, 1, 1), of("stub-2", 2, 2, 2)
	for _, tt := range []struct {
		name    string
		newer   []time.Time // of its days' addition
		decides bool
		since   int // hours after noon
		want    string
	}{
		{"none is left", hours(0, 24, 48), true, 0, ""},
		{"one of each", hours(0, 24, 48), true, 24, "[[kim]][0] beside [[kim kim]][0] begun[0] checks 0 decides true"},
		{"two of each", hours(1, 25, 49), true, 48, "[[kim] [kim]][0 24] beside [[kim kim] [kim kim]][1 25] begun[0] checks 0 decides true"},
		{"fewer of the newer one, which decides no more", hours(1, 30, 49), true, 25, "[[kim] [kim]][0 24] beside [[kim kim]][1] begun[0] checks 0 decides false"},
		{"none of the newer one", hours(30, 40, 49), true, 25, "[[kim] [kim]][0 24]"},
		{"what was added to the older one alone", hours(0, 24, 40), true, 48, "[[kim] [kim]][0 24] beside [[kim kim] [kim kim] [kim kim]][0 24 40] begun[0] checks 4 decides true"},
		{"a newer one that didn't decide", hours(0, 24, 48), false, 24, "[[kim]][0] beside [[kim kim]][0] begun[0] checks 0 decides false"},
	} {
		all := Templates{Base: base, Added: hours(0, 24, 48), Newer: &Newer{Template: newer, Added: tt.newer, Begun: noon, Checks: 4, Decides: tt.decides}}
		was := all.all()
		left, ok := all.before(hours(tt.since)[0])
		if ok != (tt.want != "") || ok && left.all() != tt.want {
			t.Errorf("%s: %v, %s", tt.name, ok, left.all())
		}
		if all.all() != was {
			t.Errorf("%s: the templates before are changed: %s", tt.name, all.all())
		}
	}
}

func TestTimesOfDays(t *testing.T) {
	for left, want := range map[int][]time.Time{-1: hours(1, 2, 3, 9), 0: hours(2, 3, 9), 1: hours(1, 3, 9), 2: hours(1, 2, 9)} {
		if got := added(hours(1, 2, 3), left, hours(9)[0]); !slices.Equal(got, want) {
			t.Errorf("without %d: %v, want %v", left, clock(got), clock(want))
		}
	}
	times := []time.Time{{}, noon.UTC()}
	if got := timesOf(stamps(times)); !slices.Equal(got, times) || fmt.Sprint(stamps(times)) != fmt.Sprintf("[0 %d]", noon.UnixNano()) {
		t.Errorf("%v come back as %v, stored as %v", times, got, stamps(times))
	}
}

func TestASupplementThatCannotBeReadTellsNothing(t *testing.T) {
	s := &Service{engine: fresh}
	ring, pointer := testKeys(t), store.Template{LastDay: noon}
	newer := &Newer{Template: of("stub-2", 1, 1), Added: hours(1, 2), Begun: noon, Checks: 2, Decides: true}
	entry := func(change func(*supplement)) []byte {
		whole, err := supplementOf(ring, zeros{}, Templates{Base: of("stub-1", 1, 1), Added: hours(0, 24), Newer: newer}, noon)
		must(t, err)
		head := len(protect.KeyID{}) + len(supplementMark)
		var written supplement
		must(t, json.Unmarshal(whole[head:], &written))
		if len(written.Newer.Salt) != 32 {
			t.Errorf("a salt of %d bytes", len(written.Newer.Salt))
		}
		change(&written)
		text, err := json.Marshal(written)
		must(t, err)
		return append(whole[:head:head], text...)
	}
	for name, tt := range map[string]struct {
		entry []byte
		days  int // with known times
		newer bool
		kept  bool
	}{
		"whole":                              {entry(func(*supplement) {}), 2, true, false},
		"none":                               {nil, 0, false, false},
		"of another template":                {entry(func(s *supplement) { s.Base++ }), 0, false, false},
		"without a newer template":           {entry(func(s *supplement) { s.Newer = nil }), 2, false, false},
		"too few times of the newer one":     {entry(func(s *supplement) { s.Newer.Added = s.Newer.Added[:1] }), 2, false, false},
		"a newer template that is damaged":   {entry(func(s *supplement) { s.Newer.Template = nil }), 2, false, false},
		"of an algorithm that isn't at hand": {entry(func(s *supplement) { s.Newer.Template = []byte("stub-3\x00kim,kim") }), 2, false, true},
		"no JSON":                            {append(entry(func(*supplement) {}), '!'), 0, false, false},
		"JSON of another kind":               {bytes.Replace(entry(func(*supplement) {}), []byte(`"added":[`), []byte(`"added":"x","more":[`), 1), 0, false, false},
	} {
		got := s.openSupplement(ring, tt.entry, pointer, nil)
		if len(got.added) != tt.days || (got.newer != nil) != tt.newer || got.kept != tt.kept || got.stale {
			t.Errorf("%s: %+v", name, got)
		}
	}
	lost, err := protect.NewRing("the tests' third key, which comes and goes")
	must(t, err)
	if got := s.openSupplement(lost, entry(func(*supplement) {}), pointer, nil); got.newer != nil || !got.kept || len(got.added) != 2 {
		t.Errorf("without its key: %+v", got)
	}
	if got := s.openSupplement(twoKeys(t), entry(func(*supplement) {}), pointer, nil); got.newer == nil || got.kept || !got.stale {
		t.Errorf("under an old key: %+v", got)
	}
}

// A newer template whose key or algorithm is missing stays unchanged through
// every write, until it can be opened or another takes its place.
func TestANewerTemplateThatCannotBeOpenedWaits(t *testing.T) {
	seal := func(h *fixture, keys protect.Ring) bool {
		h.Service.keys = keys
		did, err := h.Reseal(t.Context(), NewDeletion(h.calls, h.owners(), h.calls, keys, func() time.Time { return h.now }, rand.Reader), h.kim(t))
		must(t, err)
		return did
	}
	third, err := protect.NewRing("the third key of the tests, drawn by hand", newSecret, testSecret)
	must(t, err)
	t.Run("its algorithm", func(t *testing.T) {
		h := migrating(t, handedOver)
		h.engine = before
		h.now = h.now.Add(2 * repeatWithin) // the last check is not repeated
		if !seal(h, twoKeys(t)) || seal(h, twoKeys(t)) {
			t.Error("not sealed once")
		}
		if !h.check(t, "kim 30") || h.stored(t).stale {
			t.Error("what can't be opened is to be sealed anew with each check")
		}
		h.engine = fresh
		ref := h.stored(t)
		if got, want := ref.says(), "stub-1, stub-2 of 2 days and 4 decides true"; got != want || !ref.stale {
			t.Errorf("%s, want %s; stale %v", got, want, ref.stale)
		}
		if !seal(h, twoKeys(t)) || h.stored(t).stale || seal(h, twoKeys(t)) {
			t.Error("the newer template alone isn't sealed anew")
		}
	})
	t.Run("its key", func(t *testing.T) {
		h := migrating(t, handedOver)
		seal(h, twoKeys(t)) // with the newer template
		other, err := protect.NewRing("the third key of the tests, drawn by hand", testSecret)
		must(t, err)
		m := h.kim(t)
		object, err := h.objects.Get(t.Context(), m.Template.Key)
		must(t, err)
		b, seed, _, err := twoKeys(t).Open(m.Template.Key, object)
		must(t, err)
		c, err := parseContent(b)
		must(t, err)
		base, err := before.Open(c.template, seed)
		must(t, err)
		anew, err := other.Seal(m.Template.Key, h.rand, func(seed [32]byte) (_ []byte, err error) {
			c.template, err = base.Marshal(seed)
			return c.marshal(), err
		})
		must(t, err)
		must(t, h.objects.Replace(t.Context(), m.Template.Key, anew))
		h.Service.keys = other
		if got := h.stored(t).says(); got != "stub-1" {
			t.Errorf("without the key %s", got)
		}
		h.now = h.now.Add(2 * repeatWithin)
		h.engine = before
		legacyKept := h.stored(t).content.supplement != nil
		h.Service.keys = third
		h.engine = fresh
		if got := h.stored(t).says(); !legacyKept || got != "stub-1, stub-2 of 2 days and 4 decides true" {
			t.Errorf("kept %v; when the key is back %s", legacyKept, got)
		}
		h.Service.keys = other
		if !h.check(t, "kim 31") {
			t.Fatal("refused")
		}
		if got := h.stored(t).says(); got != "stub-1, stub-2 of 1 days and 1 decides false" {
			t.Errorf("begun anew: %s", got)
		}
	})
}

func TestASupplementNeedsAKeyAndRandomNumbers(t *testing.T) {
	with := Templates{Base: of("stub-1", 1), Added: hours(0, 24)}
	if b, err := supplementOf(protect.Ring{}, rand.Reader, with, noon); !errors.Is(err, protect.ErrKey) || b != nil {
		t.Errorf("without a key: %q, %v", b, err)
	}
	broken := hookedTemplate{of("stub-2", 1), func(string, func() error) error { return errors.New("broken") }}
	with.Newer = &Newer{Template: broken, Added: hours(0)}
	if b, err := supplementOf(testKeys(t), rand.Reader, with, noon); err == nil || b != nil {
		t.Errorf("of what can't be marshalled: %q, %v", b, err)
	}
}

func TestExamineOpensTheTemplate(t *testing.T) {
	h := newFixture(t)
	h.engine = before
	h.enrolled(t)
	h.engine = without
	if err := h.Examine(t.Context(), h.kim(t)); codeOf(err) != fault.ModelObsolete {
		t.Errorf("of an algorithm that is no more: %v", err)
	}
}
