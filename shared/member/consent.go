package member

import (
	"context"
	"errors"
	"fmt"

	"systole/shared/fault"
	"systole/shared/store"
)

// ConsentVersion names today's text of the consent (api.ConsentText). A changed
// text needs another version.
const ConsentVersion = "2026-11-26"

// Consent returns the last consent of the token's member, nil if there is none.
func (s *Service) Consent(ctx context.Context, token string) (*store.Consent, error) {
	_, m, err := s.tokens.Resolve(ctx, s.members, token)
	return m.Consent, err
}

// GiveConsent records that the token's member agrees to the text of this version.
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
