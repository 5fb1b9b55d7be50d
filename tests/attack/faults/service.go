package faults

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"systole/infra/service"
	"systole/shared/cleanup"
	"systole/shared/memory"
	"systole/shared/store/storetest"
	"systole/tests/support/fixture"
)

// Service is the whole service, with a clock, on stores whose calls may fail.
type Service struct {
	*Injector
	service.Stores // without faults, for inspection
	handler        http.Handler
	cleaner        *cleanup.Service
	now            time.Time
}

// NewService returns an empty Service whose stores are in memory.
func NewService() (*Service, error) {
	h := &Service{Injector: new(Injector)}
	stores, err := fixture.Memory(h.clock)
	if err != nil {
		return nil, err
	}
	h.Stores = stores
	t := &storetest.Hooked{Store: stores.Members.(*memory.Store), Hook: h.call}
	b := &storetest.HookedObjects{Objects: stores.Objects, Hook: h.call}
	return h, h.open(service.Stores{Members: t, Sessions: t, Grants: t, Objects: b, Keys: stores.Keys})
}

func (h *Service) clock() time.Time { return h.now }

// open starts the service on stores.
func (h *Service) open(stores service.Stores) error {
	settings, err := fixture.Settings()
	if err != nil {
		return err
	}
	h.now = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)
	h.handler = fixture.New(settings, stores, h.clock)
	cleaner := func(s service.Stores) *cleanup.Service {
		return cleanup.NewService(s.Sessions, s.Members, s.Objects, cleanup.Settings{
			TokenIdle: settings.TokenLimits.Idle, UploadsKeep: settings.UploadsKeep,
			OrphansAfter: settings.OrphansAfter, UnusedAfter: settings.UnusedAfter, PerKind: 1000,
		}, h.clock)
	}
	h.cleaner = cleaner(stores)
	// The survey of the empty stores is done: from here on clean-up finds the
	// traces of a crash only by notes that were written before it.
	_, err = cleaner(h.Stores).Survey(context.Background(), false)
	return err
}

// Request and Answer are the fixture's.
type (
	Request = fixture.Request
	Answer  = fixture.Answer
)

// Send sends a request; a process that dies answers 500.
func (h *Service) Send(r Request) Answer {
	return fixture.Send(h.begin(context.Background()), h.handler, r)
}

// Broken returns an error for invalid content of the stores: an object with a
// pointer that can't be opened.
func (h *Service) Broken(ctx context.Context) error {
	members, _, err := h.Members.MembersPage(ctx, "", 1000)
	if err != nil {
		return err
	}
	for _, m := range members {
		if m.Username == "" || m.PasswordHash == "" || m.PK == 0 {
			return fmt.Errorf("member %+v is half made", m)
		}
		key := m.ObjectKey()
		if key == "" {
			continue
		}
		object, err := h.Objects.Get(ctx, key)
		if err != nil {
			return fmt.Errorf("%s points to %s: %w", m.Username, key, err)
		}
		ring, err := h.Keys.Ring(ctx)
		if err != nil {
			return err
		}
		if _, _, _, err := ring.Open(key, object); err != nil {
			return fmt.Errorf("%s points to %s: %w", m.Username, key, err)
		}
	}
	return nil
}

// Left returns the keys of all objects except clean-up's own.
func (h *Service) Left(ctx context.Context) ([]string, error) {
	list, _, err := h.Objects.List(ctx, "", "", 10_000)
	var keys []string
	for _, o := range list {
		if !strings.HasPrefix(o.Key, "cleanup/") {
			keys = append(keys, o.Key)
		}
	}
	return keys, err
}

// Orphans returns the objects without a pointer, and all uploads, after clean-up
// has run for longer than any retention.
func (h *Service) Orphans(ctx context.Context) ([]string, error) {
	h.now = h.now.Add(8 * 24 * time.Hour)
	if report, err := h.cleaner.Run(ctx, false); err != nil || !report.Finished {
		return nil, fmt.Errorf("clean-up: %+v: %w", report, err)
	}
	keys, err := h.Left(ctx)
	if err != nil {
		return nil, err
	}
	members, _, err := h.Members.MembersPage(ctx, "", 1000)
	if err != nil {
		return nil, err
	}
	pointed := map[string]bool{}
	for _, m := range members {
		pointed[m.ObjectKey()] = true
	}
	var orphans []string
	for _, key := range keys {
		if !pointed[key] {
			orphans = append(orphans, key)
		}
	}
	return orphans, nil
}
