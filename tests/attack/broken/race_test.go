//go:build race

package broken

// raceFactor is how many times longer everything takes under the race detector.
const raceFactor = 10
