//go:build race

package broken

// raceFactor is how much longer all of it takes under the race detector.
const raceFactor = 10
