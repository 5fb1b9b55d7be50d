//go:build !race

package broken

const (
	raceFactor   = 1
	defaultFiles = 1500
	defaultForms = 500
)
