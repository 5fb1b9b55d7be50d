//go:build race

package broken

const raceFactor = underRace
