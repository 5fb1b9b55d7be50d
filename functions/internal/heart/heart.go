// Package heart plugs in the signal processing.
package heart

import (
	"systole/functions/internal/lambda"
	"systole/functions/wiring"
	"systole/shared/ecg/engine"
)

// Plug sets the engine that compares electrocardiograms.
func Plug(_ *lambda.Environment, p *wiring.Parts) { p.Engine = engine.New(p.Config.SamplingRateHz) }
