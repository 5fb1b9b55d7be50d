package measure

import (
	"reflect"
	"sync"
	"testing"
	"time"
)

func TestStepsOfOneNameAddUp(t *testing.T) {
	at := time.Unix(0, 0)
	ctx, r := With(t.Context(), func() time.Time { at = at.Add(1500 * time.Microsecond); return at })
	Step(ctx, "store")()
	Add(ctx, "quality", None, 0.5)
	Step(ctx, "store")()
	want := []Measurement{{"store_ms", Milliseconds, 3}, {"quality", None, 0.5}}
	if got := r.All(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestWithoutARequestNothingIsMeasured(t *testing.T) {
	Step(t.Context(), "store")()
	Add(t.Context(), "accepted", Count, 1)
	_, r := With(t.Context(), time.Now)
	if got := r.All(); len(got) != 0 {
		t.Errorf("%v", got)
	}
}

func TestMeasuringAtOnce(t *testing.T) {
	ctx, r := With(t.Context(), time.Now)
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() { Add(ctx, "calls", Count, 1) })
	}
	all.Wait()
	if got, want := r.All(), []Measurement{{"calls", Count, 100}}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
