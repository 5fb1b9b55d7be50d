package dynamo_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"systole/shared/aws/dynamo"
	"systole/shared/store"
	"systole/tests/support/servers"
)

// Package biometric archives a hundred digests at once, and a row has many more
// if archiving has failed for long.
func TestAFullRowIsArchivedAndClearedWithinTheLimits(t *testing.T) {
	endpoint := servers.StartDynamoDB(t)
	s := dynamo.New(servers.Config(t), &endpoint, servers.Tables())
	now := time.Unix(1_800_000_000, 0).UTC()
	template := store.Template{Version: "v1", Key: "models/1/v1", Made: now, Used: now}
	m := store.Member{
		Username: "hong", PK: 1, PasswordHash: "h", Created: now, Removed: now, Consent: &store.Consent{Version: "2026-11", Given: now},
		Template: &template, Digests: map[string][]byte{},
	}
	for i := range 390 {
		m.Digests[fmt.Sprintf("%016x", i)] = make([]byte, 1000)
	}
	if err := s.CreateMember(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	probe := store.Probe{ID: "0123456789abcdef", Digest: make([]byte, 20_000), At: now, Limit: store.Backoff{Free: 5}}
	if _, err := s.RegisterProbe(t.Context(), store.Session{Username: "hong", PK: 1}, probe); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("a probe without room for its digest: %v", err)
	}
	ids := m.DigestIDs()
	next := store.Template{Version: "v2", Key: "models/1/v2", Made: now, Used: now}
	if err := s.SetTemplate(t.Context(), m, next, ids[:100]); err != nil {
		t.Fatal(err)
	}
	m.Template = &next
	if err := s.ClearTemplate(t.Context(), m, now.Add(time.Second), "memory/1/a", ids[100:200]); err != nil {
		t.Fatal(err)
	}
	if m, err := s.Member(t.Context(), "hong"); err != nil || len(m.Digests) != 190 {
		t.Errorf("%d digests are left, %v", len(m.Digests), err)
	}
}
