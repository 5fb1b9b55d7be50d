package ecg

// Adapt returns the template with a probe taken in, if the probe matches so
// strongly that it is surely the same person's; otherwise the template as it
// is and false. The error is an *Unusable.
func Adapt(t *Template, signal Signal) (*Template, bool, error) {
	w := workspaces.Get().(*workspace)
	defer workspaces.Put(w)
	r, err := w.read(signal)
	if err != nil {
		return t, false, err
	}
	return t.Adapt(r)
}

// Adapt is the function of that name, for a probe that was read already.
func (t *Template) Adapt(r *Reading) (*Template, bool, error) {
	if err := r.Usable(); err != nil {
		return t, false, err
	}
	heart, ok := t.model.TakeIn(t.heart, r.coordinates, r.weight)
	if !ok {
		return t, false, nil
	}
	return &Template{model: t.model, heart: heart, quality: t.quality}, true, nil
}

// Rollback returns the template as it was before it last took in a probe, as
// far as that is remembered, and false where there is nothing to undo.
func (t *Template) Rollback() (*Template, bool) {
	heart, ok := t.heart.Rollback()
	if !ok {
		return t, false
	}
	return &Template{model: t.model, heart: heart, quality: t.quality}, true
}
