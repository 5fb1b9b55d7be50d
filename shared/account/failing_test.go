package account_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"systole/shared/account"
	"systole/shared/member"
	"systole/shared/store"
	"systole/shared/store/storetest"
)

func TestNothingSucceedsWhenAStoreFails(t *testing.T) {
	for name, task := range map[string]func(context.Context, *account.Service, *fixture) error{
		"export": func(ctx context.Context, s *account.Service, _ *fixture) error {
			_, err := s.Export(ctx, token)
			return err
		},
		"export by an operator": func(ctx context.Context, s *account.Service, h *fixture) error {
			m, err := h.store.Member(ctx, "kim")
			if err == nil {
				_, err = s.ExportOf(ctx, m)
			}
			return err
		},
		"withdraw consent": func(ctx context.Context, s *account.Service, _ *fixture) error { return s.WithdrawConsent(ctx, token) },
		"delete the account": func(ctx context.Context, s *account.Service, h *fixture) error {
			return account.NewDeletions(s, h).Delete(ctx, token, "p")
		},
	} {
		t.Run(name, func(t *testing.T) {
			storetest.FailEach(t, func(t *testing.T, hook storetest.Hook) func(context.Context) error {
				h := newFixture(t)
				h.forget = func(store.Member) {}
				h.now = h.now.Add(time.Minute)
				clock := func() time.Time { return h.now }
				hooked := &storetest.Hooked{Store: h.store, Hook: hook}
				tokens := member.NewTokens(hooked, member.DefaultTokenLimits, clock, rand.Reader)
				s := account.NewService(hooked, hooked, tokens, &storetest.HookedObjects{Objects: h.objects, Hook: hook}, h, clock)
				return func(ctx context.Context) error { return task(ctx, s, h) }
			})
		})
	}
}
