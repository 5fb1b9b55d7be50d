//go:build !race

package faults

const defaultHistories = 10_000
