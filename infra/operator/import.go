package operator

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"systole/infra/operator/dumpdata"
	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/member/django"
	"systole/shared/parallel"
	"systole/shared/store"
)

// importAtOnce is the number of members that are written concurrently: as many as
// share the writes of a database file.
const importAtOnce = 64

// move is the outcome of moving one user.
type move struct {
	user dumpdata.User
	err  error
}

// importDjango moves members here from a dump of Django's on standard input.
func importDjango(ctx context.Context, c call) error {
	dry := c.flags.Bool("dry-run", false, "write nothing, and print what would be done")
	if err := c.parse(0); err != nil {
		return err
	}
	dump, err := dumpdata.Read(c.in)
	if err != nil {
		return err
	}
	moves := member.NewMoves(c.People(), c.Members)
	var taken, before, tokens, left int
	for users := range slices.Chunk(dump.Users, importAtOnce) {
		outcomes := make([]move, len(users))
		var calls []func() error
		for i, u := range users {
			calls = append(calls, func() error {
				outcomes[i] = move{u, moveUser(ctx, moves, u, *dry)}
				return nil
			})
		}
		_ = parallel.Do(calls...) // each call has stored its outcome
		for _, o := range outcomes {
			switch {
			case o.err == nil:
				taken, tokens = taken+1, tokens+len(o.user.Tokens)
			case errors.Is(o.err, store.ErrUnavailable):
				return fmt.Errorf("after %d members: %w: run it again", taken, o.err)
			case errors.Is(o.err, member.ErrMoved):
				before++
			default:
				left++
				fmt.Fprintf(c.out, "not taken: %s (pk %d): %s\n", o.user.Username, o.user.PK, whyNot(o.err))
			}
		}
	}
	for _, problem := range dump.Problems {
		fmt.Fprintf(c.out, "in the dump: %s\n", problem)
	}
	if ignored := dump.Left(); len(ignored) > 0 {
		fmt.Fprintf(c.out, "rows that no member has anything of: %s\n", strings.Join(ignored, ", "))
	}
	did := "taken"
	if *dry {
		did = "would be taken"
	}
	fmt.Fprintf(c.out, "%d members with %d tokens %s, %d were taken before, %d are not taken\n", taken, tokens, did, before, left)
	return nil
}

// Reasons why a user isn't moved.
var (
	errInactive = errors.New("not active")
	errPassword = errors.New("the password can't be verified here: pbkdf2_sha256, argon2 (argon2id) and bcrypt_sha256 can; log in once at the old server with one of them as its first hasher")
	errUnusable = errors.New("has no password")
)

func moveUser(ctx context.Context, moves member.Moves, u dumpdata.User, dry bool) error {
	if !u.Active {
		return errInactive
	}
	if u.Password == "" || u.Password[0] == '!' {
		return errUnusable
	}
	hash, ok := django.Hash(u.Password)
	if _, other := django.Parse(hash); !ok || !other && !argon2id.Known(hash) {
		return errPassword
	}
	a := member.Account{
		PK: u.PK, PasswordHash: hash, Joined: u.Joined,
		Registration: member.Registration{Username: u.Username, Name: u.Name, Age: u.Age, Gender: u.Gender},
	}
	for _, t := range u.Tokens {
		a.Tokens = append(a.Tokens, member.Credential{Token: t.Key, Issued: issued(t, u)})
	}
	return moves.Move(ctx, a, dry)
}

// issued returns when a token was issued, or if unknown when its user joined.
func issued(t dumpdata.Token, u dumpdata.User) time.Time {
	if t.Created.IsZero() {
		return u.Joined
	}
	return t.Created
}

// whyNot returns the reason in words.
func whyNot(err error) string {
	var f *fault.Error
	switch {
	case fault.Is(err, fault.UsernameTaken):
		return "another member has the user name"
	case fault.Is(err, fault.UsernameInvalid):
		return "the user name has other characters than letters, digits and @.+-_, or more than 150"
	case fault.Is(err, fault.TokenInvalid):
		return "a token is no key of Django REST Framework's"
	case errors.As(err, &f) && f.Code == fault.FieldInvalid:
		return fmt.Sprint(f.Params["field"], " is out of bounds")
	}
	return err.Error()
}
