package member

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// backoff bounds the attempts to log in: after free failures in a row each
// further attempt waits, from firstLogInWait on twice as long each time.
type backoff struct {
	free      int           // failures without a wait
	longest   time.Duration // of the waits
	forgotten time.Duration // time from the last failure until none counts
}

const firstLogInWait = time.Second

// Guesses at one name from one address wait soonest and longest. Guesses at one
// name from many addresses wait as well, at most five minutes: a longer wait
// would let a stranger lock the member out. An address has more free failures
// than a name: many members may share one. No wait ends a session.
var (
	ofBoth    = backoff{free: 5, longest: 15 * time.Minute, forgotten: 24 * time.Hour}
	ofName    = backoff{free: 20, longest: 5 * time.Minute, forgotten: 24 * time.Hour}
	ofAddress = backoff{free: 100, longest: 15 * time.Minute, forgotten: time.Hour}
)

// wait returns the time from now until the next attempt is allowed.
func (p backoff) wait(a store.Attempts, now time.Time) time.Duration {
	since := now.Sub(a.FailedAt)
	if a.Failures < p.free || since >= p.forgotten {
		return 0
	}
	doublings := min(a.Failures-p.free, 20)
	return min(firstLogInWait<<doublings, p.longest) - since
}

// counter is the key that attempts are counted under, and its backoff.
type counter struct {
	key string
	backoff
}

// counters returns the counters of a log-in. A key is a digest: it tells neither
// name nor address.
func counters(username, address string) []counter {
	return []counter{
		{attemptsKey("both", username, address), ofBoth},
		{attemptsKey("name", username), ofName},
		{attemptsKey("address", address), ofAddress},
	}
}

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

// mayLogIn returns fault.TooManyLogIns with the time to wait, if any.
func mayLogIn(counters []counter, attempts []store.Attempts, now time.Time) error {
	var wait time.Duration
	for i, c := range counters {
		wait = max(wait, c.wait(attempts[i], now))
	}
	if wait <= 0 {
		return nil
	}
	return fault.New(fault.TooManyLogIns, "seconds", int(math.Ceil(wait.Seconds()))).After(wait)
}
