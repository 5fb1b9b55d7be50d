package provider

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"systole/shared/memory"
	"systole/shared/store"
)

// counted counts the reads of a registry.
type counted struct {
	store.Registry
	reads int
}

func (c *counted) Registrations(ctx context.Context) ([]byte, error) {
	c.reads++
	return c.Registry.Registrations(ctx)
}

// office is a registry with a clock that stands still, and an operator's changes
// to it.
type office struct {
	*Registry
	kept  *counted
	clock time.Time
}

func newOffice(settings Clients) *office {
	o := &office{kept: &counted{Registry: new(memory.Store)}, clock: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	o.Registry = NewRegistry(settings, o.kept, func() time.Time { return o.clock })
	return o
}

func (o *office) change(t *testing.T, change func(Registrations) (Registrations, error)) {
	t.Helper()
	if err := ChangeRegistrations(t.Context(), o.kept.Registry, change); err != nil {
		t.Fatal(err)
	}
}

func (o *office) add(t *testing.T, id, secret string) {
	t.Helper()
	c := Client{ID: id, Name: id, SecretHash: HashSecret(secret), RedirectURIs: []string{"https://" + id + ".example/in"}}
	o.change(t, func(r Registrations) (Registrations, error) { return r.Add(c, o.clock) })
}

// wants expects that the registry knows, or does not know, a client by a secret.
func (o *office) wants(t *testing.T, when, id, secret string, want error) {
	t.Helper()
	if _, err := o.Authenticate(t.Context(), id, secret); !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", when, err, want)
	}
}

func TestARegisteredClientIsFoundAtOnceAndForgottenWithinAMinute(t *testing.T) {
	o := newOffice(nil)
	o.wants(t, "before", "shop", "secret", ErrClient)
	o.clock = o.clock.Add(time.Second)
	o.add(t, "shop", "secret")
	o.wants(t, "when it is registered", "shop", "secret", nil)
	o.change(t, func(r Registrations) (Registrations, error) { return r.Remove("shop", o.clock) })
	o.clock = o.clock.Add(time.Minute)
	o.wants(t, "a minute after it is removed", "shop", "secret", ErrClient)
}

func TestAFormerSecretIsGoodForADayOrEndsAtOnce(t *testing.T) {
	o := newOffice(nil)
	rotate := func(secret string, atOnce bool) {
		t.Helper()
		o.change(t, func(r Registrations) (Registrations, error) {
			return r.Rotate("shop", HashSecret(secret), atOnce, o.clock)
		})
		o.clock = o.clock.Add(time.Minute)
	}
	o.add(t, "shop", "first")
	rotate("second", false)
	o.wants(t, "the new one", "shop", "second", nil)
	o.wants(t, "the former one", "shop", "first", nil)
	o.clock = o.clock.Add(24 * time.Hour)
	o.wants(t, "the former one after a day", "shop", "first", ErrClient)
	o.wants(t, "the new one after a day", "shop", "second", nil)
	rotate("third", true)
	o.wants(t, "one that ended at once", "shop", "second", ErrClient)
	o.wants(t, "the one after that", "shop", "third", nil)
}

func TestGuessesAndKnownClientsCostFewReads(t *testing.T) {
	settings := Clients{"site": {ID: "site", SecretHash: HashSecret("secret")}}
	o := newOffice(settings)
	o.wants(t, "of the settings", "site", "secret", nil)
	o.wants(t, "of the settings", "site", "guess", ErrClient)
	if o.kept.reads != 0 {
		t.Errorf("%d reads for a client of the settings", o.kept.reads)
	}
	o.add(t, "site", "registered") // the settings come first
	o.wants(t, "an id of the settings", "site", "registered", ErrClient)
	o.add(t, "shop", "secret")
	for range 100 {
		o.wants(t, "known", "shop", "secret", nil)
		o.wants(t, "guessed", "shop", "guess", ErrClient)
		o.wants(t, "nobody", "nobody", "guess", ErrClient)
	}
	if o.kept.reads != 1 {
		t.Errorf("%d reads within a second", o.kept.reads)
	}
}

func TestAClientWithoutASecretGivesNone(t *testing.T) {
	o := newOffice(Clients{"app": {ID: "app", Type: "native"}})
	o.wants(t, "none", "app", "", nil)
	o.wants(t, "some", "app", "secret", ErrClient)
}

func TestTwoOperatorsLoseNothing(t *testing.T) {
	o := newOffice(nil)
	again := 0
	o.change(t, func(r Registrations) (Registrations, error) {
		if again++; again == 1 {
			o.add(t, "bank", "secret") // another operator came first
		}
		return r.Add(Client{ID: "shop", Name: "shop", Type: "native", RedirectURIs: []string{"com.example.shop:/in"}}, o.clock)
	})
	o.wants(t, "the first", "bank", "secret", nil)
	o.wants(t, "the second", "shop", "", nil)
}

func TestTheRegistrationsFitIntoARow(t *testing.T) {
	r := Registrations{Clients: []Client{{ID: "large", Name: strings.Repeat("n", maxRegistrations)}}}
	if _, err := r.Text(); err == nil {
		t.Error("it is as large as it likes")
	}
	r = Registrations{}
	for n := range maxChanges + 10 {
		r = r.noted("added", strings.Repeat("n", n), time.Now())
	}
	if len(r.Changes) != maxChanges || len(r.Changes[0].ClientID) != maxChanges+9 {
		t.Errorf("%d changes, the newest of %d", len(r.Changes), len(r.Changes[0].ClientID))
	}
}

func TestAStoreThatIsDownIsNoUnknownClient(t *testing.T) {
	r := NewRegistry(nil, down{}, time.Now)
	if _, err := r.Client(t.Context(), "shop"); !errors.Is(err, store.ErrUnavailable) || errors.Is(err, ErrClient) {
		t.Error(err)
	}
}

type down struct{ store.Registry }

func (down) Registrations(context.Context) ([]byte, error) { return nil, store.ErrUnavailable }
