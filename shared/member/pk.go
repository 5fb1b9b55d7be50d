package member

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"

	"systole/shared/fault"
	"systole/shared/store"
)

// PKs are drawn from blocks that a process claims whole: they are unique without
// one counter for all sign-ups, at the price of one write per block.
const (
	pkBlockSize = 1 << 10
	pkBlocks    = 1 << 43 // times pkBlockSize is 2^53, the end of exact JSON numbers
	pkDraws     = 8       // blocks tried until one is free; two collisions in a row are practically impossible
)

// pkSource hands out PKs. It is safe for concurrent use.
type pkSource struct {
	members store.MemberStore
	rand    io.Reader
	// turn holds the state while no caller uses it: a wait for it ends with the
	// caller's context.
	turn chan pkState
}

type pkState struct {
	claimant  string // a word unique to this process
	next, end int64  // the rest of the block
}

func newPKSource(members store.MemberStore, rand io.Reader) *pkSource {
	s := &pkSource{members: members, rand: rand, turn: make(chan pkState, 1)}
	s.turn <- pkState{}
	return s
}

// Next returns a PK that no other call of any process ever returns.
func (s *pkSource) Next(ctx context.Context) (int64, error) {
	var state pkState
	select {
	case state = <-s.turn:
	case <-ctx.Done():
		return 0, fault.New(fault.Unavailable).Because(fmt.Errorf("wait for a pk: %w", ctx.Err()))
	}
	var err error
	if state.next == state.end {
		state, err = s.claim(ctx, state)
	}
	pk := state.next
	if err == nil {
		state.next++
	}
	s.turn <- state
	return pk, err
}

// claim returns the state with a new block; on an error, the state unchanged.
func (s *pkSource) claim(ctx context.Context, state pkState) (pkState, error) {
	if state.claimant == "" {
		word := make([]byte, 16)
		if _, err := io.ReadFull(s.rand, word); err != nil {
			return state, fmt.Errorf("draw claimant: %w", err)
		}
		state.claimant = hex.EncodeToString(word)
	}
	for range pkDraws {
		var drawn [8]byte
		if _, err := io.ReadFull(s.rand, drawn[:]); err != nil {
			return state, fmt.Errorf("draw pk block: %w", err)
		}
		block := int64(binary.BigEndian.Uint64(drawn[:]) % pkBlocks)
		if block == 0 {
			continue // a PK is never 0
		}
		err := s.members.ClaimPKBlock(ctx, block, state.claimant)
		if errors.Is(err, store.ErrExists) {
			continue
		}
		if err != nil {
			return state, fmt.Errorf("claim pk block: %w", err)
		}
		state.next, state.end = block*pkBlockSize, (block+1)*pkBlockSize
		return state, nil
	}
	return state, fmt.Errorf("claim pk block: %d draws taken", pkDraws)
}
