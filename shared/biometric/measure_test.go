package biometric

import (
	"context"
	"slices"
	"testing"
	"time"

	"systole/shared/measure"
)

func TestVerdictsAndQualityAreMeasured(t *testing.T) {
	h := newFixture(t)
	tests := []struct {
		name string
		do   func(ctx context.Context) error
		want []string
	}{
		{"enrolment", func(ctx context.Context) error {
			return h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment))})
		}, []string{"signal_ms", "quality"}},
		{"check by the same person", func(ctx context.Context) error {
			_, err := h.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same))})
			return err
		}, []string{"signal_ms", "accepted"}},
		{"check by another", func(ctx context.Context) error {
			_, err := h.Verify(ctx, kimsToken, Check{Submission: sent([]byte(others[0]))})
			return err
		}, []string{"signal_ms", "rejected"}},
	}
	for _, tt := range tests {
		ctx, request := measure.With(t.Context(), func() time.Time { return noon })
		if err := tt.do(ctx); err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range request.All() {
			names = append(names, m.Name)
			if m.Name == "quality" && m.Value != h.kim(t).Template.Quality || m.Unit == measure.Count && m.Value != 1 {
				t.Errorf("%s: %+v", tt.name, m)
			}
		}
		if !slices.Equal(names, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, names, tt.want)
		}
	}
}
