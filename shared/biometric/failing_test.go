package biometric

import (
	"context"
	"testing"
	"time"

	"systole/shared/biometric/protect"
	"systole/shared/store/storetest"
)

func TestNothingSucceedsWhenAStoreFails(t *testing.T) {
	for _, test := range []struct {
		name      string
		task      func(ctx context.Context, h *fixture) error
		tolerated []string
	}{
		{"enrol again", func(ctx context.Context, h *fixture) error {
			return h.Enrol(ctx, kimsToken, Enrolment{Submission: sent([]byte(enrolment + " again"))})
		}, []string{"TouchSession"}}, // best effort: the token stays valid as long as it was
		{"check", func(ctx context.Context, h *fixture) error {
			_, err := h.Verify(ctx, kimsToken, Check{Submission: sent([]byte(same)), Prove: true})
			return err
		}, nil},
		{"check of a stranger", func(ctx context.Context, h *fixture) error {
			_, err := h.Verify(ctx, kimsToken, Check{Submission: sent([]byte("lee 1"))})
			return err
		}, nil},
		{"ask whether there is a template", func(ctx context.Context, h *fixture) error {
			_, err := NewReferences(h.calls, h.owners()).Has(ctx, kimsToken)
			return err
		}, nil},
		{"be given an address for a file", func(ctx context.Context, h *fixture) error {
			_, err := h.uploads().Upload(ctx, kimsToken, 1000)
			return err
		}, nil},
		{"delete the template", func(ctx context.Context, h *fixture) error {
			return h.deletion(t).DeleteTemplate(ctx, kimsToken)
		}, nil},
		{"delete the template for another", func(ctx context.Context, h *fixture) error {
			return h.deletion(t).DeleteOf(ctx, h.kim(t))
		}, nil},
		{"forget", func(ctx context.Context, h *fixture) error { return h.deletion(t).Forget(ctx, h.kim(t)) }, nil},
		{"reseal", func(ctx context.Context, h *fixture) error {
			_, err := h.Reseal(ctx, h.deletion(t), h.kim(t))
			return err
		}, nil},
		{"examine", func(ctx context.Context, h *fixture) error { return h.Examine(ctx, h.kim(t)) }, nil},
		{"count the uses of keys", func(ctx context.Context, h *fixture) error {
			return h.Uses(ctx, h.kim(t), make(map[protect.KeyID]Use))
		}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t).enrolled(t)
				h.now = h.now.Add(time.Minute)
				h.calls.before = func(method string) error {
					return hook(t.Context(), method, func() error { return nil })
				}
				return func(ctx context.Context) error { return test.task(ctx, h) }
			}, test.tolerated...)
		})
	}
}
