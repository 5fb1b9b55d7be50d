package member

import (
	"context"
	"fmt"
	"time"

	"systole/shared/parallel"
	"systole/shared/store"
)

// Lock is a count of failed log-ins of a member, and its effect.
type Lock struct {
	From      string // the address; empty for all new networks together
	Failures  int
	Wait      time.Duration // until the next attempt is admitted
	Exhausted bool          // no attempt is admitted, whatever the wait
}

// Locks returns the counts of failed log-ins that apply to the member: that of
// all networks new to the member together, and that of each of the addresses.
// Counts of addresses lie under digests and can't be listed.
func (s *Service) Locks(ctx context.Context, m store.Member, addresses ...string) ([]Lock, error) {
	counters := []counter{{key: strangersKey(m.Username), limit: ofStrangers}}
	from := []string{""}
	for _, address := range addresses {
		counters = append(counters, placeCounters(m.Username, address)...)
		from = append(from, address, address)
	}
	_, attempts, err := s.members.MemberWithAttempts(ctx, m.Username, keysOf(counters))
	if err != nil {
		return nil, fmt.Errorf("read attempts: %w", err)
	}
	var locks []Lock
	for i, a := range attempts {
		c, now := counters[i], s.now()
		if now.Sub(a.FailedAt) >= c.forgotten {
			continue
		}
		wait := max(0, a.FailedAt.Add(c.Wait(a.Failures)).Sub(now))
		locks = append(locks, Lock{from[i], a.Failures, wait, c.Exhausted(a.Failures)})
	}
	return locks, nil
}

// Unlock deletes the counts that Locks returns, and those of the member's
// sessions.
func (s *Service) Unlock(ctx context.Context, m store.Member, addresses ...string) error {
	sessions, err := s.tokens.sessions.SessionsOf(ctx, m.Username)
	if err != nil {
		return fmt.Errorf("list sessions: %w", err)
	}
	keys := []string{strangersKey(m.Username)}
	for _, address := range addresses {
		keys = append(keys, keysOf(placeCounters(m.Username, address))...)
	}
	for _, session := range sessions {
		keys = append(keys, sessionCounter(session).key)
	}
	var calls []func() error
	for _, key := range keys {
		calls = append(calls, func() error { return s.members.ClearAttempts(ctx, key) })
	}
	if err := parallel.Do(calls...); err != nil {
		return fmt.Errorf("forget attempts: %w", err)
	}
	return nil
}

// placeCounters returns the counters of a name at one address alone, known to the
// member or not.
func placeCounters(name, address string) []counter {
	network := networkOf(address)
	return []counter{knownCounter(name, network), strangerCounters(name, network, address)[0]}
}
