package matrix

import (
	"context"
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"systole/shared/ecg/recording/internal/raw"
)

// program returns a file that another program wrote.
func program(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("../testdata/programs", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func options(data []byte) raw.Options {
	return raw.Options{Budget: raw.NewBudget(context.Background(), len(data))}
}

func TestAnHDF5FileCutOffAnywhereIsNoPanic(t *testing.T) {
	for _, name := range []string{"hdf5/check.h5", "hdf5-latest/check.h5", "matlab73/check.mat"} {
		whole := program(t, name)
		for n := 0; n < len(whole); n += 1 + n/50 {
			if IsHDF5(whole[:n]) {
				ReadHDF5(whole[:n], options(whole))
			}
		}
	}
}

func TestAnHDF5FileThatPointsToItselfEnds(t *testing.T) {
	whole := program(t, "hdf5/check.h5")
	for at := 0; at+8 <= min(len(whole), 4096); at += 8 {
		damaged := append([]byte(nil), whole...)
		copy(damaged[at:], []byte{96, 0, 0, 0, 0, 0, 0, 0}) // the address of the root group's header
		if IsHDF5(damaged) {
			ReadHDF5(damaged, options(damaged))
		}
	}
}

func TestAnArrayFarLargerThanItsFileIsRefused(t *testing.T) {
	f := &hdf5{data: []byte(hdf5Magic), budget: raw.NewBudget(t.Context(), 1000)}
	err := f.keep("ecg", hdf5Array{shape: []int{400 << 20}, packing: raw.Packing{Width: 1}, numeric: true, layout: []byte{3, layoutChunked, 2, 0}})
	if err == nil || !strings.Contains(err.Error(), "unpacks to far more") {
		t.Error(err)
	}
}

func TestHalfPrecisionIsReadAsIEEE754HasIt(t *testing.T) {
	p, ok := raw.PackingOf("f2", binary.LittleEndian)
	if !ok {
		t.Fatal("there is no such packing")
	}
	for bits, want := range map[uint16]float64{0x3c00: 1, 0xc000: -2, 0x7bff: 65504, 0x0400: math.Ldexp(1, -14), 0x0001: math.Ldexp(1, -24), 0x3555: 0.333251953125, 0x7c00: math.Inf(1), 0x0000: 0} {
		if got := p.At([]byte{byte(bits), byte(bits >> 8)}); got != want {
			t.Errorf("%#04x is %v, want %v", bits, got, want)
		}
	}
}

func FuzzReadHDF5(f *testing.F) {
	for _, name := range []string{"hdf5/check.h5", "hdf5-latest/check.h5", "matlab73/check.mat"} {
		f.Add(program(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if IsHDF5(data) {
			ReadHDF5(data, options(data))
		}
	})
}

func FuzzReadMATLAB(f *testing.F) {
	for _, name := range []string{"labchart/check.mat", "acqknowledge/check.mat"} {
		f.Add(program(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if IsMATLAB(data) {
			ReadMATLAB(data, options(data))
		}
	})
}
