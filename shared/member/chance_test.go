package member

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"systole/shared/fault"
	"systole/shared/store"
)

// Without random numbers nothing is drawn: no token, nonce, code, salt or number
// is made of zeros.
func TestWithoutChanceNothingIsDrawn(t *testing.T) {
	empty := errors.New("no chance left")
	f := newFixture(t)
	_, token, err := f.SignUp(t.Context(), registration("a1"))
	if err != nil {
		t.Fatal(err)
	}
	m := f.member(t, "a1")
	tokens := NewTokens(f.store, DefaultTokenLimits, f.clock.now, iotest.ErrReader(empty))
	s := NewService(f.store, tokens, f.hasher, f.clock.now, iotest.ErrReader(empty))
	for name, draw := range map[string]func() error{
		"token":          func() error { _, _, err := s.LogIn(t.Context(), "a1", oldPassword, Caller{Address: home}); return err },
		"nonce":          func() error { _, err := s.Challenge(t.Context(), token); return err },
		"recovery codes": func() error { _, _, err := s.MakeRecoveryCodes(t.Context(), token, oldPassword); return err },
		"salt": func() error {
			_, err := NewSubjects(f.store, iotest.ErrReader(empty)).Of(t.Context(), m, "shop")
			return err
		},
		"number": func() error { _, _, err := s.SignUp(t.Context(), registration("b1")); return err },
	} {
		if err := draw(); !errors.Is(err, empty) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if now := f.member(t, "a1"); len(now.RecoveryCodes.Left) > 0 || len(now.SubjectSalt) > 0 {
		t.Errorf("kept: %+v", now)
	}
	if _, err := newPKSource(f.store, iotest.ErrReader(empty)).Next(t.Context()); !errors.Is(err, empty) {
		t.Errorf("claimant: %v", err)
	}
	claimant := strings.Repeat("c", 16)
	if _, err := newPKSource(f.store, strings.NewReader(claimant+"four")).Next(t.Context()); err == nil {
		t.Error("a block was drawn from four bytes")
	}
}

// claims records the claimed blocks, and fails if told to.
type claims struct {
	store.MemberStore
	by   []string
	fail error
}

func (c *claims) ClaimPKBlock(_ context.Context, _ int64, claimant string) error {
	c.by = append(c.by, claimant)
	return c.fail
}

// repeated is an endless source of one byte.
type repeated byte

func (r repeated) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r)
	}
	return len(b), nil
}

func TestEightTakenBlocksAreTooMany(t *testing.T) {
	c := &claims{fail: store.ErrExists}
	s := newPKSource(c, rand.Reader)
	if pk, err := s.Next(t.Context()); err == nil || len(c.by) != 8 || !strings.Contains(err.Error(), "8 draws") {
		t.Errorf("pk %d, %v after %d claims", pk, err, len(c.by))
	}
	c.fail = store.ErrUnavailable
	if _, err := s.Next(t.Context()); !errors.Is(err, store.ErrUnavailable) || len(c.by) != 9 {
		t.Errorf("%v", err)
	}
	c.fail = nil
	first, err := s.Next(t.Context())
	second, secondErr := s.Next(t.Context())
	if err != nil || secondErr != nil || first%pkBlockSize != 0 || first == 0 || second != first+1 || len(c.by) != 10 {
		t.Errorf("pks %d and %d, %v, %v", first, second, err, secondErr)
	}
	for _, by := range c.by {
		if by != c.by[0] || len(by) != 32 {
			t.Errorf("the process claims as %q and %q", c.by[0], by)
		}
	}
}

func TestAWaitForANumberEndsWithTheContext(t *testing.T) {
	s := newPKSource(&claims{}, repeated(1))
	<-s.turn
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Next(ctx); !fault.Is(err, fault.Unavailable) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
