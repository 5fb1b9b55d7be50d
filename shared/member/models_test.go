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
		live func(t *testing.T, h fixture)
		has  bool
		err  error // nil, fault.TokenInvalid's or the store's
	}{
		{"none", func(*testing.T, fixture) {}, false, nil},
		{"one", func(t *testing.T, h fixture) {
			h.change(t, func(m *store.Member) { m.Template = &store.Template{Version: "v"} })
		}, true, nil},
		{"token ended", func(t *testing.T, h fixture) { h.clock.turn(365 * 24 * time.Hour) }, false, errTokenInvalid},
		{"tokens voided", func(t *testing.T, h fixture) {
			h.change(t, func(m *store.Member) { m.TokensValidFrom = h.clock.now().Add(time.Second) })
		}, false, errTokenInvalid},
		{"user name of somebody else now", func(t *testing.T, h fixture) { h.change(t, func(m *store.Member) { m.PK++ }) }, false, errTokenInvalid},
		{"member gone", func(t *testing.T, h fixture) { h.remove(t) }, false, errTokenInvalid},
		{"tokens out of order", func(t *testing.T, h fixture) { h.store.fail["Session"] = down }, false, down},
		{"members out of order", func(t *testing.T, h fixture) { h.store.fail["Member"] = down }, false, down},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h, token := signedUp(t)
			tt.live(t, h)
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

func TestModelsCostTwoReads(t *testing.T) {
	h, token := signedUp(t)
	h.store.take()
	if _, err := NewModels(h.store, h.Tokens).Has(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	want := map[string]int{"Session": 1, "Member": 1}
	if got := h.store.take(); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
