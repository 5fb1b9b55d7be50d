package member

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/fault"
	"systole/shared/store"
)

// ConsentVersion names the text that is agreed to today (api.ConsentText).
// Another text is another version.
const ConsentVersion = "2026-11-26"

// Consent returns the last consent of the token's member, nil without one.
func (s *Service) Consent(ctx context.Context, token string) (*store.Consent, error) {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	return m.Consent, err
}

// GiveConsent puts on record that the token's member agrees to the text of this
// version.
func (s *Service) GiveConsent(ctx context.Context, token, version string) error {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	if err != nil {
		return err
	}
	now := s.now()
	err = s.members.SetConsent(ctx, m.Username, m.PK, store.Consent{Version: version, Given: now})
	if errors.Is(err, store.ErrConflict) { // deleted meanwhile
		return fault.New(fault.TokenInvalid)
	}
	if err != nil {
		return fmt.Errorf("set consent: %w", err)
	}
	if err := s.members.Note(ctx, m.Username, NewEvent(ConsentGiven, now)); err != nil {
		return fmt.Errorf("note consent: %w", err)
	}
	return nil
}
