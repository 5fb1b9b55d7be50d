// Command lockout simulates a day, by a clock of its own, on which impostors
// guess at a member's password from some networks as often as they may. It
// counts the guesses that are compared, and how often the member is kept out.
//
//	go run ./tests/attack/lockout
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"time"

	"systole/shared/fault"
	"systole/shared/member"
	"systole/shared/member/argon2id"
	"systole/shared/memory"
)

func main() {
	fmt.Print(header)
	for _, a := range attacks {
		row, err := a.days()
		if err != nil {
			fmt.Fprintln(os.Stderr, "lockout:", err)
			os.Exit(1)
		}
		fmt.Print(row)
	}
}

// attack comes from a number of networks, or from the member's own.
type attack struct {
	networks int
	inside   bool
}

var attacks = []attack{{networks: 1}, {networks: 4}, {networks: 16}, {networks: 64}, {1, true}}

const (
	right, wrong = "tachy-cardia!", "brady-cardia!"
	home         = "192.0.2.7"
	neighbour    = "192.0.2.99"
	length       = 24 * time.Hour
	step         = time.Second
	quiet        = time.Hour // before the member's first action
	// ownerEvery is the time between the member's actions.
	ownerEvery = 367 * time.Second
)

// tally counts tries, and the successful ones.
type tally struct{ tried, let int }

func (t tally) String() string { return fmt.Sprintf("%d of %d", t.let, t.tried) }

// day is the result of one day.
type day struct {
	guesses int   // compared
	member  tally // the member's actions
	others  tally // log-ins of another member at an attacker's address, known there
}

const header = "| attacking networks | guesses compared | the member logs in at home | the member changes the password in a session | " +
	"the member logs in where they never did | another member logs in at an attacker's address |\n|---|---|---|---|---|---|\n"

// days is the table's row: the same attack on three days that differ in the
// member's actions.
func (a attack) days() (string, error) {
	var days []day
	for _, do := range []deed{atHome, change, travel} {
		d, err := a.simulate(do)
		if err != nil {
			return "", err
		}
		days = append(days, d)
	}
	name := fmt.Sprint(a.networks)
	if a.inside {
		name = "the member's own"
	}
	return fmt.Sprintf("| %s | %d | %v | %v | %v | %v |\n", name, days[0].guesses, days[0].member, days[1].member, days[2].member, days[0].others), nil
}

// deed is an action of the member, with the session of the last one. It returns
// the next session.
type deed func(ctx context.Context, t *town, session string, i int) (string, error)

func atHome(ctx context.Context, t *town, session string, _ int) (string, error) {
	_, token, err := t.LogIn(ctx, "kim", right, member.Caller{Address: home})
	return token, err
}

func change(ctx context.Context, t *town, session string, _ int) (string, error) {
	return session, t.ChangePassword(ctx, session, right, right)
}

func travel(ctx context.Context, t *town, session string, i int) (string, error) {
	_, _, err := t.LogIn(ctx, "kim", right, member.Caller{Address: fmt.Sprintf("203.0.%d.1", i%256)})
	return session, err
}

// town is the service, on a clock.
type town struct {
	*member.Service
	now time.Time
}

func newTown() *town {
	t, s := &town{now: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)}, new(memory.Store)
	clock := func() time.Time { return t.now }
	tokens := member.NewTokens(s, member.DefaultTokenLimits, clock, rand.Reader)
	cheap := argon2id.Cost{MemoryKiB: 8, Passes: 1, Lanes: 1} // nothing here depends on the cost of a hash
	t.Service = member.NewService(s, tokens, argon2id.New(cheap, 1, rand.Reader), clock, rand.Reader)
	return t
}

// simulate returns a day of the attack. From an hour after its beginning the
// member does do.
func (a attack) simulate(do deed) (day, error) {
	t, ctx := newTown(), context.Background()
	_, session, err := t.SignUp(ctx, member.Registration{Username: "kim", Password: right, Name: "Kim", Caller: member.Caller{Address: home}})
	if err != nil {
		return day{}, err
	}
	attackers := make([]string, a.networks)
	for i := range attackers {
		attackers[i] = fmt.Sprintf("198.18.%d.1", i)
	}
	if a.inside {
		attackers[0] = neighbour
	}
	_, _, err = t.SignUp(ctx, member.Registration{Username: "lee", Password: right, Name: "Lee", Caller: member.Caller{Address: attackers[0]}})
	if err != nil {
		return day{}, err
	}
	var d day
	begin := t.now
	end := begin.Add(length)
	next := make([]time.Time, a.networks) // when each may guess next
	for i := 0; t.now.Before(end); t.now = t.now.Add(step) {
		for n, address := range attackers {
			for !t.now.Before(next[n]) {
				_, _, err := t.LogIn(ctx, "kim", wrong, member.Caller{Address: address})
				if next[n], err = d.guessed(err, t.now, end); err != nil {
					return day{}, err
				}
			}
		}
		if since := t.now.Sub(begin); since < quiet || since%ownerEvery != 0 {
			continue
		}
		i++
		session, err = do(ctx, t, session, i)
		d.member.count(err)
		_, _, err = t.LogIn(ctx, "lee", right, member.Caller{Address: attackers[0]})
		d.others.count(err)
	}
	return d, nil
}

// guessed counts a guess, and returns when its network tries again.
func (d *day) guessed(err error, now, end time.Time) (time.Time, error) {
	var f *fault.Error
	switch {
	case fault.Is(err, fault.CredentialsInvalid):
		d.guesses++
		return now, nil
	case errors.As(err, &f) && f.Code == fault.TooManyLogIns:
		return now.Add(f.RetryAfter), nil
	case fault.Is(err, fault.LogInElsewhere):
		return end, nil
	}
	return now, fmt.Errorf("a guess is answered %v", err)
}

// count counts a try.
func (t *tally) count(err error) {
	t.tried++
	if err == nil {
		t.let++
	}
}
