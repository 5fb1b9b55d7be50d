package active

import (
	"os"
	"path/filepath"
	"testing"
)

func TestOneMutantIsActive(t *testing.T) {
	defer func(old int) { mutant = old }(mutant)
	for _, test := range []struct {
		name         string
		call         func(id int) any
		sound, fault any
	}{
		{"True", func(id int) any { return True(id, false) }, false, true},
		{"False", func(id int) any { return False(id, true) }, true, false},
		{"Not", func(id int) any { return Not(id, true) }, true, false},
		{"NoError", func(id int) any { return NoError(id, os.ErrClosed) != nil }, true, false},
		{"Pick", func(id int) any { return Pick(id, 1, 2) }, 1, 2},
		{"Zero", func(id int) any { return Zero(id, "x") }, "x", ""},
		{"Less", func(id int) any { return Less(id, 1, 1) }, false, true},
		{"LessOrEqual", func(id int) any { return LessOrEqual(id, 1, 1) }, true, false},
		{"Greater", func(id int) any { return Greater(id, 1, 1) }, false, true},
		{"GreaterOrEqual", func(id int) any { return GreaterOrEqual(id, 1, 1) }, true, false},
		{"Add", func(id int) any { return Add(id, 3, 2) }, 5, 1},
		{"Subtract", func(id int) any { return Subtract(id, 3, 2) }, 1, 5},
		{"Multiply", func(id int) any { return Multiply(id, 3, 2) }, 6, 5},
		{"Divide", func(id int) any { return Divide(id, 6, 2) }, 3, 12},
	} {
		for active, want := range map[int]any{-1: test.sound, 6: test.sound, 7: test.fault} {
			if mutant = active; test.call(7) != want {
				t.Errorf("%s with mutant %d active: got %v, want %v", test.name, active, test.call(7), want)
			}
		}
	}
}

func TestWhatIsReachedIsKeptInTheFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "reached")
	if err := os.WriteFile(name, make([]byte, 3), 0o600); err != nil {
		t.Fatal(err)
	}
	defer func(old []byte) { reached = old }(reached)
	reached = mapped(name)
	Is(1)
	if got, err := os.ReadFile(name); err != nil || string(got) != "\x00\x01\x00" {
		t.Errorf("got %q %v", got, err)
	}
}

func TestNoNumberIsNoMutant(t *testing.T) {
	if number("17") != 17 || number("") != -1 {
		t.Error("MUTANT is misread")
	}
}
