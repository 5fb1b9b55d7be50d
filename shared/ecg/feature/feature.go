// Package feature computes the feature vectors of a mean beat: its waveform, its
// slope, and the input of the network. Each is a pure function of the beat.
package feature

import (
	"math"

	"systole/shared/ecg/beat"
)

const (
	// from and to bound the part of a beat that is compared, -200 to +400 ms
	// around the R peak.
	from = beat.Before - beat.RateHz*200/1000
	to   = beat.Before + beat.RateHz*400/1000
)

// Waveform appends the part of the mean beat that is compared, scaled to mean 0
// and root mean square 1. The beat has beat.Width values.
func Waveform(dst []float32, mean []float64) []float32 {
	start := len(dst)
	for _, v := range mean[from:to] {
		dst = append(dst, float32(v))
	}
	normalise(dst[start:])
	return dst
}

// Slope appends the derivative of the part of the mean beat that is compared,
// scaled to root mean square 1.
func Slope(dst []float32, mean []float64) []float32 {
	start := len(dst)
	for k := from; k < to; k++ {
		dst = append(dst, float32(mean[k+1]-mean[k-1]))
	}
	normalise(dst[start:])
	return dst
}

const (
	// Length and Channels are the shape of Pair's output: 125 values a second,
	// ample for a band that ends at 40 Hz.
	Length   = (beat.Width - 1) / 2
	Channels = 2
)

// Pair appends the whole mean beat and its slope, one after the other at each
// of Length times, each with root mean square 1: the input of a network.
func Pair(dst []float32, mean []float64) []float32 {
	start := len(dst)
	var beatPower, slopePower float64
	for i := range Length {
		k := 2*i + 1
		v, slope := mean[k], mean[k+1]-mean[k-1]
		beatPower += v * v
		slopePower += slope * slope
		dst = append(dst, float32(v), float32(slope))
	}
	scales := [Channels]float32{scale(beatPower, Length), scale(slopePower, Length)}
	for i := range dst[start:] {
		dst[start+i] *= scales[i%Channels]
	}
	return dst
}

// normalise scales x to mean 0 and root mean square 1; a constant becomes 0.
func normalise(x []float32) {
	var mean, power float64
	for _, v := range x {
		mean += float64(v)
	}
	mean /= float64(len(x))
	for i := range x {
		x[i] -= float32(mean)
		power += float64(x[i]) * float64(x[i])
	}
	s := scale(power, len(x))
	for i := range x {
		x[i] *= s
	}
}

// scale returns the factor that brings values with this sum of squares to root
// mean square 1.
func scale(sumOfSquares float64, n int) float32 {
	if sumOfSquares == 0 {
		return 0
	}
	return float32(math.Sqrt(float64(n) / sumOfSquares))
}
