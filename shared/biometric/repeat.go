package biometric

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"systole/shared/biometric/protect"
	"systole/shared/fault"
	"systole/shared/store"
)

// This file handles a check that is sent again: a double tap, or a retry after a
// lost answer. An identical request with the same token within repeatWithin is
// compared again with the digests of the member's other recordings: it gets the
// same verdict, and neither request waits for the other. It is counted and noted
// once, and changes the template once. A recording that is sent again in any
// other way is a replay.

// requestKey identifies a request of a session by all fields of the check.
// Without the member's key it reveals nothing of the recording.
func requestKey(key protect.Derived, session store.Session, c Check) (string, error) {
	mac := hmac.New(sha256.New, key.Secret[:])
	mac.Write(session.ID[:])
	for _, file := range c.Files {
		digest := sha256.Sum256(file)
		mac.Write(digest[:])
	}
	c.Files = nil
	asked, err := json.Marshal(c)
	if err != nil {
		return "", fmt.Errorf("name check: %w", err)
	}
	mac.Write(asked)
	return hex.EncodeToString(mac.Sum(nil)[:16]), nil
}

// own returns the ids under which the probe's own digest may lie beside the
// member: that of the admitted request, and that of its repetitions.
func (p *probe) own() []string { return []string{p.id, p.id + "r"} }

// rememberRepetition stores the digest of an accepted repetition beside that of
// the request which it repeats. The latter may be withdrawn, if that request met
// a failing store.
func (s *Service) rememberRepetition(ctx context.Context, session store.Session, p *probe) error {
	err := s.members.RememberProbe(ctx, session, p.own()[1], p.digest)
	if err != nil {
		return fault.New(fault.Unavailable).Because(fmt.Errorf("remember repeated check: %w", err))
	}
	return nil
}
