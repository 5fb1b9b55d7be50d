//go:build !race

package broken

const raceFactor = 1
