package ecg

import (
	"slices"
	"sync"

	"systole/shared/ecg/beat"
	"systole/shared/ecg/frontend"
	"systole/shared/ecg/liveness"
	"systole/shared/ecg/parameters"
	"systole/shared/ecg/quality"
	"systole/shared/ecg/replay"
	"systole/shared/ecg/timescale"
)

// Reading is the result of one run of the front end over a recording, for
// quality, comparison, replay detection and liveness detection alike. It holds
// the beats before any embedding, so that it can be compared with templates of
// every algorithm. It is safe for concurrent use.
type Reading struct {
	report quality.Report
	mean   []float64 // of the clean beats, beat.Width values; nil if there are none
	beats  int       // clean ones
	rr     float64   // their mean RR interval in s
	weight float64   // in a template
	signal replay.Signal

	mu       sync.Mutex
	embedded map[*parameters.Parameters][]float32 // of the mean, made so far
}

// Read runs the front end over a recording. The error is an *Unusable of
// quality.RateImplausible for a sampling rate outside package rate's range;
// [Reading.Usable] and [Enrol] judge the quality.
func Read(signal Signal) (*Reading, error) {
	s, err := signal.check()
	if err != nil {
		return nil, err
	}
	front := fronts.Get().(*frontend.FrontEnd)
	defer fronts.Put(front)
	result := front.Run(s.MV, s.RateHz)
	r := &Reading{
		report: result.Report,
		mean:   meanOf(result.Beats),
		signal: replay.Signal{Raw: slices.Clone(result.Raw), Peaks: slices.Clone(result.Peaks)},
	}
	if n := result.Beats.Len(); n > 0 {
		r.beats = n
		for _, rr := range result.Beats.RR {
			r.rr += rr / float64(n)
		}
		r.weight = parameters.Weight(n, result.Report.Trust())
	}
	return r, nil
}

// fronts keeps work spaces of the front end for reuse.
var fronts = sync.Pool{New: func() any { return new(frontend.FrontEnd) }}

// meanOf returns the mean of the beats, sample by sample, nil if there are none.
func meanOf(beats *beat.Beats) []float64 {
	if beats.Len() == 0 {
		return nil
	}
	mean := make([]float64, beat.Width)
	for i := range beats.Len() {
		for k, v := range beats.Row(i) {
			mean[k] += v
		}
	}
	for k := range mean {
		mean[k] /= float64(beats.Len())
	}
	return mean
}

// embeddings keeps work spaces of embeddings for reuse.
var embeddings = sync.Pool{New: func() any { return new(parameters.Workspace) }}

// embedding returns the mean beat's embedding under the parameters, made once for
// each set. The error is an *Unusable for a recording without clean beats.
func (r *Reading) embedding(p *parameters.Parameters) ([]float32, error) {
	if r.mean == nil {
		return nil, r.Usable(quality.Need{CleanBeats: 1})
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known, ok := r.embedded[p]; ok {
		return known, nil
	}
	w := embeddings.Get().(*parameters.Workspace)
	defer embeddings.Put(w)
	if r.embedded == nil {
		r.embedded = make(map[*parameters.Parameters][]float32)
	}
	r.embedded[p] = p.Embed(nil, w, r.mean)
	return r.embedded[p], nil
}

// Usable returns nil for a recording that meets the need, else an *Unusable.
func (r *Reading) Usable(need quality.Need) error { return unusable(&r.report, need) }

// Digest returns the recording's digest for replay detection.
func (r *Reading) Digest(d *replay.Detector) replay.Digest { return d.Digest(r.signal) }

// Replayed reports whether the recording is one of the earlier ones, a part of
// one, or put together from them.
func (r *Reading) Replayed(d *replay.Detector, earlier []replay.Digest) bool {
	return d.Replayed(r.signal, earlier)
}

// Natural reports whether the beats vary as those of a living heart.
func (r *Reading) Natural() bool { return liveness.Natural(r.signal.Raw, r.signal.Peaks) }

// timeScale estimates the stated sampling rate as a multiple of the true one, by
// the form of the beats. plausible is true for a recording with too few beats to
// tell.
func (r *Reading) timeScale() (factor float64, plausible bool) {
	if r.beats < timescale.FewestBeats {
		return 1, true
	}
	return timescale.Factor(r.mean, r.rr)
}
