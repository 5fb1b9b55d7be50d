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
	r, err := w.read(signal)
	if err != nil {
		return Score{}, err
	}
	return t.Compare(r)
}

// Compare is the function of that name, for a probe that was read already.
func (t *Template) Compare(r *Reading) (Score, error) {
	if err := r.Usable(); err != nil {
		return Score{}, err
	}
	heart := t.heart.Heart()
	return Score{t.model.Compare(&heart, r.coordinates), t.model}, nil
}

// Accepted says whether the score is above the threshold at which strangers
// are let through at the rate. A rate that is no number in (0, 1) accepts
// nothing, and neither does the zero Score.
func (s Score) Accepted(at FMR) bool {
	return s.model != nil && at > 0 && at < 1 && s.ratio >= s.model.Impostors.Threshold(float64(at))
}
