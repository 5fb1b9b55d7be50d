// Package argon2id hashes passwords with argon2id, in the PHC string format.
// It is a package of its own so that only the two functions that hash link it.
package argon2id

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"

	"systole/shared/fault"
	"systole/shared/measure"
	"systole/shared/parallel"
)

// Cost is the cost of one hash: argon2id's parameters.
type Cost struct {
	MemoryKiB uint32
	Passes    uint32
	Lanes     uint8
}

// DefaultCost is OWASP's choice for argon2id: 19 MiB, and about 40 ms on one
// core.
var DefaultCost = Cost{MemoryKiB: 19456, Passes: 2, Lanes: 1}

// maxCost bounds the cost that a stored hash may demand: a store that was
// tampered with must not bring the process down.
var maxCost = Cost{MemoryKiB: 256 << 10, Passes: 16, Lanes: 8}

// Lengths in bytes.
const (
	saltLength = 16
	hashLength = 32
)

// Hasher hashes and verifies passwords, a few at once: each takes its
// MemoryKiB and a core for as long as it runs.
type Hasher struct {
	cost  Cost
	rand  io.Reader
	slots parallel.Slots
	queue parallel.Slots // callers that hash or wait for a slot
	other Parser
}

// Parser returns the function that verifies a password against a stored hash of
// another kind, or false for a kind that it doesn't know.
type Parser func(stored string) (verify func(password string) bool, ok bool)

// Also lets Verify accept hashes of another kind, each of them stale, and returns
// h.
func (h *Hasher) Also(other Parser) *Hasher {
	h.other = other
	return h
}

// maxQueue bounds the callers waiting per hash slot, about three seconds of
// work. Beyond it Hash and Verify fail at once with fault.Unavailable, so that
// a flood of log-ins doesn't hold the connections of requests that hash nothing.
const maxQueue = 100

// New returns a Hasher that computes at most atOnce hashes at a time and draws
// salts from rand, which must be safe for concurrent use.
func New(cost Cost, atOnce int, rand io.Reader) *Hasher {
	atOnce = max(1, atOnce)
	return &Hasher{
		cost: cost, rand: rand,
		slots: parallel.NewSlots(atOnce), queue: parallel.NewSlots(atOnce * (1 + maxQueue)),
	}
}

// Hash returns the password's hash as a PHC string. If no slot is free before ctx
// ends, the error is fault.Unavailable.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	p := h.blank()
	if _, err := io.ReadFull(h.rand, p.salt); err != nil {
		return "", fmt.Errorf("draw salt: %w", err)
	}
	hash, err := h.derive(ctx, p, password)
	if err != nil {
		return "", err
	}
	p.hash = hash
	return p.String(), nil
}

// Verify reports whether stored is the password's hash, and whether it is stale:
// to be made anew, because the cost has changed. The error is that of a malformed
// stored string, or fault.Unavailable as with Hash.
func (h *Hasher) Verify(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	p, err := parsePHC(stored)
	if err != nil && h.other != nil {
		return h.verifyOther(ctx, stored, password)
	}
	if err != nil {
		return false, false, err
	}
	hash, err := h.derive(ctx, p, password)
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(hash, p.hash) == 1
	stale = p.cost != h.cost || len(p.salt) != saltLength || len(p.hash) != hashLength
	return ok, stale, nil
}

func (h *Hasher) verifyOther(ctx context.Context, stored, password string) (ok, stale bool, err error) {
	verify, known := h.other(stored)
	if !known {
		return false, false, errHash
	}
	err = h.work(ctx, func() { ok = verify(password) })
	return ok, true, err
}

// VerifyNone takes as long as Verify, for a user name without a member.
func (h *Hasher) VerifyNone(ctx context.Context, password string) error {
	_, err := h.derive(ctx, h.blank(), password)
	return err
}

// blank is a hash to be made, of today's cost and lengths.
func (h *Hasher) blank() phc {
	return phc{cost: h.cost, salt: make([]byte, saltLength), hash: make([]byte, hashLength)}
}

func (h *Hasher) derive(ctx context.Context, p phc, password string) (hash []byte, err error) {
	err = h.work(ctx, func() {
		hash = argon2.IDKey([]byte(password), p.salt, p.cost.Passes, p.cost.MemoryKiB, p.cost.Lanes, uint32(len(p.hash)))
	})
	return hash, err
}

// work runs f when a slot is free.
func (h *Hasher) work(ctx context.Context, f func()) error {
	leaveQueue, ok := h.queue.TryEnter()
	if !ok {
		return fault.New(fault.Unavailable).After(5 * time.Second).Because(errors.New("the queue for a hash is full"))
	}
	defer leaveQueue()
	leave, err := h.slots.Enter(ctx)
	if err != nil {
		return fault.New(fault.Unavailable).After(5 * time.Second).Because(fmt.Errorf("hash: %w", err))
	}
	defer leave()
	defer measure.Step(ctx, "hash")()
	f()
	return nil
}

// phc is a hash in the PHC string format:
// $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>, in base64 without padding.
type phc struct {
	cost       Cost
	salt, hash []byte
}

func (p phc) String() string {
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version,
		p.cost.MemoryKiB, p.cost.Passes, p.cost.Lanes,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.hash))
}

// errHash reports a malformed stored hash. Its text never quotes the hash.
var errHash = errors.New("stored password hash is malformed or out of bounds")

// Known reports whether stored is an argon2id hash within the bounds.
func Known(stored string) bool {
	_, err := parsePHC(stored)
	return err == nil
}

func parsePHC(s string) (phc, error) {
	parts := strings.Split(s, "$")
	// Line breaks are refused here because base64 would skip them.
	if strings.ContainsAny(s, "\r\n") || len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != "v=19" {
		return phc{}, errHash
	}
	cost, err := parseCost(parts[3])
	if err != nil {
		return phc{}, err
	}
	salt, saltErr := base64.RawStdEncoding.Strict().DecodeString(parts[4])
	hash, hashErr := base64.RawStdEncoding.Strict().DecodeString(parts[5])
	if saltErr != nil || hashErr != nil ||
		len(salt) < 8 || len(salt) > 64 || len(hash) < 16 || len(hash) > 64 {
		return phc{}, errHash
	}
	return phc{cost: cost, salt: salt, hash: hash}, nil
}

// parseCost reads "m=19456,t=2,p=1" and holds it to maxCost and to argon2's
// minimum: 8 KiB a lane.
func parseCost(s string) (Cost, error) {
	values := strings.Split(s, ",")
	if len(values) != 3 {
		return Cost{}, errHash
	}
	var numbers [3]uint32
	bounds := [3]uint32{maxCost.MemoryKiB, maxCost.Passes, uint32(maxCost.Lanes)}
	for i, name := range [3]string{"m=", "t=", "p="} {
		digits, ok := strings.CutPrefix(values[i], name)
		n, _ := strconv.ParseUint(digits, 10, 32) // 0 of what is no number, the greatest of what is too large
		if !ok || n < 1 || uint32(n) > bounds[i] || strconv.FormatUint(n, 10) != digits {
			return Cost{}, errHash
		}
		numbers[i] = uint32(n)
	}
	if numbers[0] < 8*numbers[2] {
		return Cost{}, errHash
	}
	return Cost{MemoryKiB: numbers[0], Passes: numbers[1], Lanes: uint8(numbers[2])}, nil
}
