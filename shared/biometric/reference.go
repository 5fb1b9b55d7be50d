package biometric

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/biometric/protect"
	"systole/shared/ecg"
	"systole/shared/fault"
)

// reference is what a probe is compared with.
type reference struct {
	*ecg.Template
	content *content
	stale   bool // sealed with a key that is going out of use
}

// open opens a model's object. What can't be opened is never compared with: the
// errors are fault.ModelObsolete, fault.ModelDamaged and, for want of the key,
// fault.Unavailable.
func (s *Service) open(ctx context.Context, key string, object []byte) (reference, error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return reference{}, fmt.Errorf("read keys: %w", err)
	}
	because := func(code fault.Code, err error) (reference, error) {
		return reference{}, fault.New(code).Because(fmt.Errorf("open model %s: %w", key, err))
	}
	b, seed, stale, err := ring.Open(key, object)
	if errors.Is(err, protect.ErrKey) {
		return because(fault.Unavailable, err)
	}
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	content, err := parseContent(b)
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	template, err := ecg.ParseTemplate(content.template, seed)
	if errors.Is(err, ecg.ErrObsolete) {
		return because(fault.ModelObsolete, err)
	}
	if err != nil {
		return because(fault.ModelDamaged, err)
	}
	return reference{template, content, stale}, nil
}

// seal is the object to be of a template and what is remembered beside it.
func (s *Service) seal(ctx context.Context, key string, t *ecg.Template, c content) ([]byte, error) {
	ring, err := s.keys.Ring(ctx)
	if err != nil {
		return nil, fmt.Errorf("read keys: %w", err)
	}
	sealed, err := ring.Seal(key, s.rand, func(seed [32]byte) (_ []byte, err error) {
		c.template, err = t.Marshal(seed)
		return c.marshal(), err
	})
	if err != nil {
		return nil, fmt.Errorf("seal template: %w", err)
	}
	return sealed, nil
}
