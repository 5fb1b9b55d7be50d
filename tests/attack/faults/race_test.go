//go:build race

package faults

// defaultHistories is fewer under the race detector, which makes each ten times
// slower.
const defaultHistories = 1000
