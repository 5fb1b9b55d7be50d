package ecg

import "systole/shared/ecg/model"

// Score is how likely two recordings are one heart's. Its value stays inside:
// told to a stranger, it would lead them step by step to an accepted recording.
type Score struct {
	ratio float64 // weighted sum of log-likelihood ratios
	model *model.Model
}

// FMR is a false match rate, the share of strangers that a threshold lets
// through: 0.001 is one in a thousand.
type FMR float64

// Compare scores a probe against a template. The error is an *Unusable.
func Compare(t *Template, signal Signal) (Score, error) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	coordinates, _, err := w.probe(t.model, signal)
	if err != nil {
		return Score{}, err
	}
	heart := t.heart.Heart()
	return Score{t.model.Compare(&heart, coordinates), t.model}, nil
}

// probe is the coordinates of a probe, valid until the next call, and its
// weight were it enrolled.
func (w *workspace) probe(m *model.Model, signal Signal) (coordinates []float32, weight float64, err error) {
	s, err := signal.check()
	if err != nil {
		return nil, 0, err
	}
	r := w.front.Run(s.MV, s.RateHz)
	if err := unusable(&r.Report, probe); err != nil {
		return nil, 0, err
	}
	return w.embed(m, r.Beats), model.Weight(r.Beats.Len(), r.Report.Trust()), nil
}

// Accepted says whether the score is above the threshold at which strangers
// are let through at the rate. A rate that is no number in (0, 1) accepts
// nothing, and neither does the zero Score.
func (s Score) Accepted(at FMR) bool {
	return s.model != nil && at > 0 && at < 1 && s.ratio >= s.model.Impostors.Threshold(float64(at))
}
