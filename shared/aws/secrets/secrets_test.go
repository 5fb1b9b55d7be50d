package secrets_test

import (
	"errors"
	"testing"
	"time"

	"systole/shared/aws/secrets"
	"systole/shared/biometric/protect"
	"systole/shared/store"
	"systole/tests/support/servers"
)

func TestKeysAreReadOnceAndAgainWhenTheyAreOld(t *testing.T) {
	manager := servers.StartSecrets(t)
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := secrets.New(servers.Config(t), &manager.URL, servers.KeysSecret, protect.ParseKeys, func() time.Time { return now })
	for range 3 {
		if _, err := keys.Value(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := manager.Reads(); n != 1 {
		t.Errorf("read %d times, want once", n)
	}
	before, _ := keys.Value(t.Context())
	sealed, err := before.Seal("place", zeros{}, func([32]byte) ([]byte, error) { return nil, nil })
	if err != nil {
		t.Fatal(err)
	}
	manager.Rotate(t)
	now = now.Add(secrets.Fresh)
	after, err := keys.Value(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, _, stale, err := after.Open("place", sealed); !stale || err != nil {
		t.Errorf("after a rotation: stale %v, %v", stale, err)
	}
	manager.Stop()
	now = now.Add(secrets.Fresh)
	if _, err := keys.Value(t.Context()); err != nil {
		t.Errorf("keys that were there: %v", err)
	}
}

func TestWithoutKeysThereAreNone(t *testing.T) {
	manager := servers.StartSecrets(t)
	manager.Stop()
	keys := secrets.New(servers.Config(t), &manager.URL, servers.KeysSecret, protect.ParseKeys, time.Now)
	if _, err := keys.Value(t.Context()); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("%v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }
