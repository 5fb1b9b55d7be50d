//go:build race

package broken

// The race detector makes all of it ten times slower.
const (
	raceFactor   = 10
	defaultFiles = 300
	defaultForms = 150
)
