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
	// VerifyPassword returns the session and member of the token if the password
	// is the member's, or fault.TokenInvalid, fault.PasswordWrong,
	// fault.TooManyLogIns or fault.LogInAgain.
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
// recordings and activity. If it fails midway, the member can log in and repeat
// it. The errors are those of VerifyPassword, and fault.CheckFirst if only a
// recovery code proves the person, since the template that protects the account
// is deleted too.
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

// DeleteOf is Delete for a given member, for an operator at the person's request.
func (s *Service) DeleteOf(ctx context.Context, m store.Member) error {
	// First the account becomes unusable, and loses its objects; the row, by which a
	// failed deletion can be repeated, goes last.
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
