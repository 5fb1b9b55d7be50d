package biometric

import (
	"errors"
	"slices"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/store"
)

// owners returns the tokens of the fixture's store, as in a function that
// processes no signal.
func (h *fixture) owners() *member.Tokens {
	return member.NewTokens(h.calls, member.DefaultTokenLimits, func() time.Time { return h.now }, nil)
}

func TestHasTellsWhetherThereIsATemplate(t *testing.T) {
	down := func(call string) func(*testing.T, *fixture) {
		return func(_ *testing.T, h *fixture) {
			h.calls.before = func(made string) error {
				if made == call {
					return store.ErrUnavailable
				}
				return nil
			}
		}
	}
	tests := []struct {
		name   string
		before func(t *testing.T, h *fixture)
		has    bool
		code   fault.Code
		err    error
	}{
		{"none", func(*testing.T, *fixture) {}, false, "", nil},
		{"one", func(t *testing.T, h *fixture) { h.enrolled(t) }, true, "", nil},
		{"the token has expired", func(_ *testing.T, h *fixture) { h.now = h.now.Add(365 * 24 * time.Hour) }, false, fault.TokenInvalid, nil},
		{"the tokens were voided", func(t *testing.T, h *fixture) {
			if err := h.store.VoidTokens(t.Context(), "kim", 7, noon.Add(time.Second)); err != nil {
				t.Fatal(err)
			}
		}, false, fault.TokenInvalid, nil},
		{"the member is gone", func(t *testing.T, h *fixture) {
			if err := h.store.DeleteMember(t.Context(), "kim", 7); err != nil {
				t.Fatal(err)
			}
		}, false, fault.TokenInvalid, nil},
		{"the sessions are down", down("Session"), false, "", store.ErrUnavailable},
		{"the members are down", down("Member"), false, "", store.ErrUnavailable},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newFixture(t)
			tt.before(t, h)
			has, err := NewReferences(h.calls, h.owners()).Has(t.Context(), kimsToken)
			if tt.code != "" && codeOf(err) != tt.code || tt.code == "" && !errors.Is(err, tt.err) || has != tt.has {
				t.Errorf("%v, %v; want %v, %s%v", has, err, tt.has, tt.code, tt.err)
			}
		})
	}
}

func TestHasCostsTwoReads(t *testing.T) {
	h := newFixture(t)
	if _, err := NewReferences(h.calls, h.owners()).Has(t.Context(), kimsToken); err != nil {
		t.Fatal(err)
	}
	if want := []string{"Session", "Member"}; !slices.Equal(h.calls.made, want) {
		t.Errorf("%q, want %q", h.calls.made, want)
	}
}
