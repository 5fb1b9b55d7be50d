package member

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/parallel"
	"systole/shared/store"
)

// Attempts to log in are counted before a password is hashed, by the write that
// admits them, and taken back if the password is right: of concurrent attempts no
// more are compared than the limits admit, and an attempt that can't be counted
// is refused.
//
// A network or a session that a member logged in with before has a counter of its
// own, which only failures there raise. Failures from elsewhere never lock
// members out of their accounts, but may keep them from logging in at a new
// place.

// limit bounds the attempts that are counted together.
type limit struct {
	store.Backoff
	forgotten time.Duration // from the last attempt
}

var (
	// ofKnown is for a name from a network that its member logged in from. The
	// network may be a carrier's, shared with impostors: waits are short, and Most
	// bounds the guesses (NIST SP 800-63B-4, 3.2.2: 100 in a row).
	ofKnown = limit{store.Backoff{Free: 10, First: time.Second, Longest: 30 * time.Second, Most: 100}, 30 * 24 * time.Hour}
	// ofStranger is for a name from any other network.
	ofStranger = limit{store.Backoff{Free: 5, First: time.Second, Longest: 15 * time.Minute}, 24 * time.Hour}
	// ofStrangers is for a name from all other networks together. Beyond Most the
	// password alone no longer suffices there.
	ofStrangers = limit{store.Backoff{Free: 20, First: time.Second, Longest: 5 * time.Minute, Most: 100}, 30 * 24 * time.Hour}
	// ofAddress is for all names from an address that isn't known to them. A
	// carrier's has thousands of callers: waits must not be long.
	ofAddress = limit{store.Backoff{Free: 100, First: time.Second, Longest: 30 * time.Second}, time.Hour}
	// ofSession is for the password beside a token. Beyond Most the session proves
	// nothing any more, and its holder has to log in.
	ofSession = limit{store.Backoff{Free: 5, First: time.Second, Longest: 15 * time.Minute, Most: 50}, 30 * 24 * time.Hour}
	// ofSignUps is for sign-ups from an address, each of which stays counted.
	ofSignUps = limit{store.Backoff{Free: 100, First: time.Second, Longest: 30 * time.Second}, time.Hour}
)

// counter is a key that attempts are counted under, and its limit.
type counter struct {
	key string
	limit
	// keep reports whether a success takes back its own attempt alone, instead of
	// clearing the counter.
	keep bool
}

func knownCounter(name, network string) counter {
	return counter{key: attemptsKey("known", name, network), limit: ofKnown}
}

func addressCounter(address string) counter {
	return counter{key: attemptsKey("address", address), limit: ofAddress, keep: true}
}

func strangersKey(name string) string { return attemptsKey("name", name) }

func strangerCounters(name, network, address string) []counter {
	return []counter{
		{key: attemptsKey("both", name, network), limit: ofStranger},
		{key: strangersKey(name), limit: ofStrangers},
		addressCounter(address),
	}
}

// sessionCounter returns the counter of a session, which is also that of the
// sessions that it hands over: a token hands over as often as its holder wants.
func sessionCounter(s store.Session) counter {
	id := s.ID
	if s.HandedBy != (store.TokenID{}) {
		id = s.HandedBy
	}
	return counter{key: attemptsKey("session", string(id[:])), limit: ofSession}
}

// attemptsKey returns a digest, which reveals neither name nor address.
func attemptsKey(kind string, of ...string) string {
	h := sha256.New()
	for _, part := range of {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return kind + ":" + hex.EncodeToString(h.Sum(nil)[:16])
}

func keysOf(counters []counter) []string {
	keys := make([]string, len(counters))
	for i, c := range counters {
		keys[i] = c.key
	}
	return keys
}

// mayTry returns the error that refuses an attempt now, nil for none:
// fault.LogInElsewhere or fault.LogInAgain if waiting won't help, else
// fault.TooManyLogIns with the time to wait.
func mayTry(counters []counter, attempts []store.Attempts, now time.Time) error {
	var wait time.Duration
	for i, c := range counters {
		a := attempts[i]
		switch {
		case now.Sub(a.FailedAt) >= c.forgotten:
		case c.Exhausted(a.Failures):
			return exhausted(c)
		default:
			wait = max(wait, a.FailedAt.Add(c.Wait(a.Failures)).Sub(now))
		}
	}
	if wait == 0 {
		return nil
	}
	return tooManyLogIns(wait)
}

func exhausted(c counter) error {
	if c.limit == ofSession {
		return fault.New(fault.LogInAgain)
	}
	return fault.New(fault.LogInElsewhere)
}

func tooManyLogIns(wait time.Duration) error {
	return fault.New(fault.TooManyLogIns, "seconds", int(math.Ceil(wait.Seconds()))).After(wait)
}

// raceWait is the wait that is stated to a caller who lost against concurrent
// attempts.
const raceWait = time.Second

// admit counts an attempt under each counter, or under none: it returns
// fault.TooManyLogIns if other attempts came first since the counters were read.
func (s *Service) admit(ctx context.Context, counters []counter, at time.Time) error {
	refusals := make([]error, len(counters))
	var calls []func() error
	for i, c := range counters {
		calls = append(calls, func() error {
			refusals[i] = s.members.AdmitAttempt(ctx, c.key, c.Backoff, at, at.Add(c.forgotten))
			if errors.Is(refusals[i], store.ErrConflict) {
				return nil
			}
			return refusals[i]
		})
	}
	if err := parallel.Do(calls...); err != nil {
		return fmt.Errorf("count attempt: %w", err)
	}
	var back []func() error
	for i, c := range counters {
		if refusals[i] == nil {
			back = append(back, func() error { return s.members.TakeBackAttempt(ctx, c.key) })
		}
	}
	if len(back) == len(counters) {
		return nil
	}
	if err := parallel.Do(back...); err != nil {
		return fmt.Errorf("take back attempt: %w", err)
	}
	return tooManyLogIns(raceWait)
}

// succeed clears the counters after a right password; of a counter with keep it
// takes back one attempt.
func (s *Service) succeed(ctx context.Context, counters []counter) error {
	var calls []func() error
	for _, c := range counters {
		undo := s.members.ClearAttempts
		if c.keep {
			undo = s.members.TakeBackAttempt
		}
		calls = append(calls, func() error { return undo(ctx, c.key) })
	}
	if err := parallel.Do(calls...); err != nil {
		return fmt.Errorf("take back attempt: %w", err)
	}
	return nil
}
