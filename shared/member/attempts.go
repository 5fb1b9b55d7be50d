package member

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"time"

	"systole/shared/fault"
	"systole/shared/store"
)

// patience is how many log-ins may fail before each next one has to wait, and
// how long: the first wait doubles with every failure.
type patience struct {
	free      int
	longest   time.Duration
	forgotten time.Duration // after the last failure
}

const firstLogInWait = time.Second

// Who guesses at one name from one place is slowed down soonest. Who does so
// from many places is, too, but never so far that the member can't get in; no
// wait keeps anybody out of a session that they have.
var (
	ofBoth    = patience{free: 5, longest: 15 * time.Minute, forgotten: 24 * time.Hour}
	ofName    = patience{free: 20, longest: 5 * time.Minute, forgotten: 24 * time.Hour}
	ofAddress = patience{free: 100, longest: 15 * time.Minute, forgotten: time.Hour}
)

// wait is how long from now on nobody may try.
func (p patience) wait(a store.Attempts, now time.Time) time.Duration {
	since := now.Sub(a.FailedAt)
	if a.Failures < p.free || since >= p.forgotten {
		return 0
	}
	doublings := min(a.Failures-p.free, 20)
	return min(firstLogInWait<<doublings, p.longest) - since
}

// counter is where attempts are counted, and with how much patience.
type counter struct {
	key string
	patience
}

// counters are those of a log-in. The keys tell neither name nor address.
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
