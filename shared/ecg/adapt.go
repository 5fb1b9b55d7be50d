package ecg

// Adapt returns the template adapted to a probe, and true, if the template
// accepts the probe at the false match rate strong both as it was enrolled and as
// it is now; else the template itself, and false. The error is an *Unusable for a
// reading without clean beats.
func (t *Template) Adapt(probe *Reading, strong FMR) (*Template, bool, error) {
	embedding, err := probe.embedding(t.parameters)
	if err != nil {
		return t, false, err
	}
	adapted, ok := t.parameters.Adapt(t.adaptive, embedding, probe.weight, float64(strong))
	if !ok {
		return t, false, nil
	}
	return &Template{parameters: t.parameters, days: t.days, adaptive: adapted, quality: t.quality}, true, nil
}
