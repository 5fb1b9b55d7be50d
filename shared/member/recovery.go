package member

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// A recovery code is a look-up secret (NIST SP 800-63B): drawn by the service,
// kept on paper, good for one new password. It replaces the password and nothing
// else: neither a log-in nor a check, and it removes no template, except two of
// them a week apart. See MayRemoveTemplate.
const (
	codesPerSet = 10
	// codeBytes are 120 random bits, 24 characters. From 112 bits on, a fast hash
	// protects a look-up secret at rest; a slow one would gain nothing, and a set
	// would cost ten times the work of a log-in.
	codeBytes = 15
	codeGroup = 4 // characters between hyphens
)

// codeAlphabet has no letter that is mistaken for a digit (Crockford's base 32).
const codeAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

var lookAlikes = strings.NewReplacer("O", "0", "I", "1", "L", "1", "-", "", " ", "", "\t", "", "\r", "", "\n", "")

// RecoveryCodes returns the recovery codes of the token's member in their stored
// form.
func (s *Service) RecoveryCodes(ctx context.Context, token string) (store.RecoveryCodes, error) {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	return m.RecoveryCodes, err
}

// MakeRecoveryCodes returns ten new codes, in place of all that the token's
// member had. They can't be read again. The errors are those of VerifyPassword
// and MayChangeTemplate, and fault.Conflict if another set was made, or the
// password replaced, meanwhile.
func (s *Service) MakeRecoveryCodes(ctx context.Context, token, password string) (codes []string, made time.Time, err error) {
	session, m, err := s.VerifyPassword(ctx, token, password)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := s.now()
	if err := MayChangeTemplate(session, m, now); err != nil {
		return nil, time.Time{}, err
	}
	set := store.RecoveryCodes{Made: now}
	for range codesPerSet {
		code, err := s.drawCode()
		if err != nil {
			return nil, time.Time{}, err
		}
		codes, set.Left = append(codes, code), append(set.Left, codeDigest(m.PK, code))
	}
	err = s.members.SetRecoveryCodes(ctx, m, set)
	if errors.Is(err, store.ErrConflict) {
		return nil, time.Time{}, fault.New(fault.Conflict)
	}
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("set recovery codes: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(RecoveryCodesMade, now)); err != nil {
		return nil, time.Time{}, fmt.Errorf("note recovery codes: %w", err)
	}
	return codes, now, nil
}

func (s *Service) drawCode() (string, error) {
	random := make([]byte, codeBytes)
	if _, err := io.ReadFull(s.rand, random); err != nil {
		return "", fmt.Errorf("draw recovery code: %w", err)
	}
	code := base32.NewEncoding(codeAlphabet).EncodeToString(random)
	var grouped strings.Builder
	for i := 0; i < len(code); i += codeGroup {
		if i > 0 {
			grouped.WriteByte('-')
		}
		grouped.WriteString(code[i : i+codeGroup])
	}
	return grouped.String(), nil
}

// codeDigest returns a code's stored form. Case, hyphens and blanks don't count.
// It differs by member, so that a search for codes serves against one member
// only.
func codeDigest(pk int64, code string) []byte {
	code = lookAlikes.Replace(strings.ToUpper(code))
	digest := sha256.Sum256([]byte("recovery code " + strconv.FormatInt(pk, 10) + " " + code))
	return digest[:]
}

// Recover sets a new password in exchange for one of the member's recovery codes,
// and ends every session. Attempts are counted and slowed together with those to
// log in. A wrong user name, a wrong code and a used one give the same
// fault.RecoveryInvalid after the same calls. A code whose new password is
// refused remains valid. The errors are those of LogIn and of a new password, and
// fault.Conflict if the code was used, or the password replaced, meanwhile.
//
// It costs four calls in sequence, and some more at the end beside the hash.
func (s *Service) Recover(ctx context.Context, name, code, replacement string, from Caller) error {
	at := s.now()
	name, err := username(name)
	if err != nil {
		if err := s.admitImpossible(ctx, from.Address, at); err != nil {
			return err
		}
		return fault.New(fault.RecoveryInvalid)
	}
	m, counters, err := s.applicant(ctx, name, from.Address, at)
	if err != nil {
		return err
	}
	if err := s.admit(ctx, counters, at); err != nil {
		return err
	}
	left, ok := withoutCode(m, code)
	if !ok {
		return s.noteFailure(ctx, m, name, networkOf(from.Address), fault.New(fault.RecoveryInvalid))
	}
	if err := s.succeed(ctx, counters); err != nil {
		return err
	}
	hash, err := s.hashNew(ctx, *m, replacement)
	if err != nil {
		return err
	}
	now := s.now()
	err = s.members.RecoverPassword(ctx, *m, hash, left, now)
	if errors.Is(err, store.ErrConflict) {
		return fault.New(fault.Conflict)
	}
	if err != nil {
		return fmt.Errorf("recover password: %w", err)
	}
	return parallel.Do(
		func() error { return s.passwordReplaced(ctx, *m, NewEvent(PasswordRecovered, now)) },
		func() error { return s.tokens.End(ctx, m.Username, store.TokenID{}) },
	)
}

// withoutCode returns the digests of m's codes that are left without this one;
// not ok for a code that isn't among them. m is nil for a name without a member.
func withoutCode(m *store.Member, code string) (left [][]byte, ok bool) {
	if m == nil {
		m = new(store.Member)
	}
	digest := codeDigest(m.PK, code)
	for _, d := range m.RecoveryCodes.Left {
		if subtle.ConstantTimeCompare(d, digest) == 1 {
			ok = true
			continue
		}
		left = append(left, d)
	}
	return left, ok
}
