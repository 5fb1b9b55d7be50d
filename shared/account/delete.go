package account

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/member"
	"systole/shared/parallel"
	"systole/shared/store"
)

// PasswordVerifier compares a password with that of a token's member.
type PasswordVerifier interface {
	// VerifyPassword returns whose token and password it is, or fault.TokenInvalid,
	// fault.PasswordWrong, fault.TooManyLogIns or fault.LogInAgain.
	VerifyPassword(ctx context.Context, token, password string) (store.Session, store.Member, error)
}

// Deletions deletes accounts.
type Deletions struct {
	*Service
	passwords PasswordVerifier
}

// NewDeletions returns Deletions. Only they need to know how a password is
// proven.
func NewDeletions(s *Service, p PasswordVerifier) Deletions { return Deletions{s, p} }

// Delete deletes the account of the token's member: the row, tokens, template,
// recordings and activity. If it fails midway, the member can log in and ask
// again. The errors are those of VerifyPassword, and fault.CheckFirst where only a
// recovery code stands for the person: what protects the account goes with it.
func (s Deletions) Delete(ctx context.Context, token, password string) error {
	session, m, err := s.passwords.VerifyPassword(ctx, token, password)
	if err != nil {
		return err
	}
	if err := member.MayRemoveTemplate(session, m, s.now()); err != nil {
		return err
	}
	return s.DeleteOf(ctx, m)
}

// DeleteOf is Delete of a member, for an operator whom the person asked.
func (s *Service) DeleteOf(ctx context.Context, m store.Member) error {
	// First the account can't be used any more, and nothing points to the objects;
	// the row goes last.
	if err := s.members.VoidTokens(ctx, m.Username, m.PK, s.now()); err != nil {
		return fmt.Errorf("void tokens: %w", err)
	}
	if err := s.templates.Forget(ctx, m); err != nil {
		return err
	}
	err := parallel.Do(
		func() error { return s.tokens.End(ctx, m.Username, store.TokenID{}) },
		func() error { return s.members.ForgetActivity(ctx, m.Username) },
	)
	if err != nil {
		return fmt.Errorf("delete account: %w", err)
	}
	err = s.members.DeleteMember(ctx, m.Username, m.PK)
	if err != nil && !errors.Is(err, store.ErrConflict) { // somebody else has the name by now
		return fmt.Errorf("delete account: %w", err)
	}
	return nil
}
