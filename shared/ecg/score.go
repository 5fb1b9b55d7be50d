package ecg

import "systole/shared/ecg/parameters"

// Score is a log-likelihood ratio that two recordings are of one person. Its
// value is not exported, as scores would allow a hill-climbing attack on the
// template. The zero Score is accepted at no rate.
type Score struct {
	ratio      float64 // weighted sum of log-likelihood ratios
	strangers  float64 // the share of the parameters' cohort of impostors that scores as high
	parameters *parameters.Parameters
}

// FMR is a false match rate (ISO/IEC 19795-1): the share of impostors that a
// threshold accepts. 0.001 is one in a thousand.
type FMR float64

// Compare scores a probe against the template, by the template's algorithm. It
// accepts any reading with a clean beat: callers that act on the score ask
// [Reading.Usable] first. The error is an *Unusable for a reading without clean
// beats.
func (t *Template) Compare(probe *Reading) (Score, error) {
	embedding, err := probe.embedding(t.parameters)
	if err != nil {
		return Score{}, err
	}
	current := t.adaptive.Current()
	ratio := t.parameters.Compare(&current, embedding)
	return Score{ratio, t.parameters.Strangers(ratio, &current, embedding), t.parameters}, nil
}

// Accepted reports whether the score reaches the threshold of the false match
// rate, and no larger share of the cohort of impostors scores as high: a rate
// holds for each probe and each template, not only on average. A rate outside (0,
// 1), NaN included, accepts nothing.
func (s Score) Accepted(at FMR) bool {
	return s.parameters != nil && at > 0 && at < 1 &&
		s.ratio >= s.parameters.Impostors.Threshold(float64(at)) && s.strangers <= float64(at)
}
