package member

import (
	"errors"
	"maps"
	"testing"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

func TestModelsTellWhoHasOne(t *testing.T) {
	down := store.ErrUnavailable
	tests := []struct {
		name string
		live func(h house, token string)
		has  bool
		err  error // nil, fault.TokenInvalid's or the store's
	}{
		{"none", func(house, string) {}, false, nil},
		{"one", func(h house, _ string) {
			change(h, func(m *store.Member) { m.Template = &store.Template{Version: "v"} })
		}, true, nil},
		{"token ended", func(h house, _ string) { h.clock.turn(365 * 24 * time.Hour) }, false, errTokenInvalid},
		{"tokens voided", func(h house, _ string) {
			change(h, func(m *store.Member) { m.TokensValidFrom = h.clock.now().Add(time.Second) })
		}, false, errTokenInvalid},
		{"user name of somebody else now", func(h house, _ string) { change(h, func(m *store.Member) { m.PK++ }) }, false, errTokenInvalid},
		{"member gone", func(h house, _ string) { clear(h.store.members) }, false, errTokenInvalid},
		{"tokens out of order", func(h house, _ string) { h.store.fail["Session"] = down }, false, down},
		{"members out of order", func(h house, _ string) { h.store.fail["Member"] = down }, false, down},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, token := signedUp(t)
			tt.live(h, token)
			has, err := NewModels(h.store, h.Tokens).Has(t.Context(), token)
			var f *fault.Error
			if errors.As(err, &f) && f.Code == fault.TokenInvalid {
				err = errTokenInvalid
			}
			if has != tt.has || !errors.Is(err, tt.err) {
				t.Errorf("%v, %v, want %v, %v", has, err, tt.has, tt.err)
			}
		})
	}
}

var errTokenInvalid = errors.New("the token is invalid")

// change changes the member a1 where it is stored.
func change(h house, f func(*store.Member)) {
	m := h.store.members["a1"]
	f(&m)
	h.store.members["a1"] = m
}

func TestModelsCostTwoReads(t *testing.T) {
	h, token := signedUp(t)
	h.store.takeCalls()
	if _, err := NewModels(h.store, h.Tokens).Has(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"Session": 1, "Member": 1}
	if got := h.store.takeCalls(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
