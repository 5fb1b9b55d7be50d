package provider

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"systole/shared/store"
)

// Registry finds clients: those of the settings, which take precedence, and those
// that the operator's tool has registered.
type Registry struct {
	settings Clients
	store    store.Registry
	now      func() time.Time

	mu         sync.Mutex
	registered Clients
	read       time.Time
}

// Bounds on the age of a process's copy of the registered clients.
const (
	// registryFresh bounds the time for which a removed client, or its former
	// secret, is still accepted.
	registryFresh = time.Minute
	// registryRetry spaces the reads for an unknown client or secret: it may be
	// new, or a guess.
	registryRetry = time.Second
)

// NewRegistry returns a Registry. The clients of settings are found without a read.
func NewRegistry(settings Clients, s store.Registry, now func() time.Time) *Registry {
	return &Registry{settings: settings, store: s, now: now}
}

// Client returns the client with the id, or ErrClient.
func (r *Registry) Client(ctx context.Context, id string) (Client, error) {
	return r.find(ctx, id, func(Client) bool { return true })
}

// Authenticate returns the client with the id if the secret is its own, or it has
// none and none is given; else ErrClient.
func (r *Registry) Authenticate(ctx context.Context, id, secret string) (Client, error) {
	return r.find(ctx, id, func(c Client) bool {
		return c.Confidential() && c.authenticates(secret, r.now()) || !c.Confidential() && secret == ""
	})
}

// find returns the client with the id that is right. If there is none, it reads
// again: the client may just have been registered, or given another secret.
func (r *Registry) find(ctx context.Context, id string, right func(Client) bool) (Client, error) {
	if c, ok := r.settings[id]; ok {
		if right(c) {
			return c, nil
		}
		return Client{}, ErrClient
	}
	for _, age := range []time.Duration{registryFresh, registryRetry} {
		clients, err := r.clients(ctx, age)
		if err != nil {
			return Client{}, err
		}
		if c, ok := clients[id]; ok && right(c) {
			return c, nil
		}
	}
	return Client{}, ErrClient
}

// clients returns the registered clients, read at most age ago.
func (r *Registry) clients(ctx context.Context, age time.Duration) (Clients, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := r.now()
	if !r.read.IsZero() && now.Sub(r.read) < age {
		return r.registered, nil
	}
	text, err := r.store.Registrations(ctx)
	if err != nil {
		return nil, fmt.Errorf("read registered clients: %w", err)
	}
	all, err := ParseRegistrations(text)
	if err != nil {
		return nil, err
	}
	r.registered, r.read = make(Clients, len(all.Clients)), now
	for _, c := range all.Clients {
		r.registered[c.ID] = c
	}
	return r.registered, nil
}

// Registrations are the registered clients, and the changes to them.
type Registrations struct {
	Clients []Client `json:"clients"` // by id
	Changes []Change `json:"changes"` // newest first
}

// Change is an entry of the operators' log.
type Change struct {
	At       time.Time `json:"at"`
	Did      string    `json:"did"`
	ClientID string    `json:"client_id"`
}

// Limits of the registrations.
const (
	maxChanges = 200
	// maxRegistrations is in bytes: an item of DynamoDB has at most 400 KB. It has
	// room for some hundreds of clients.
	maxRegistrations = 300 << 10
	// formerSecret is the time for which the previous secret is valid, so that a
	// running application can be given the new one.
	formerSecret = 24 * time.Hour
)

// ParseRegistrations reads the output of Text; nil means no clients.
func ParseRegistrations(text []byte) (r Registrations, err error) {
	if len(text) == 0 {
		return r, nil
	}
	if err := json.Unmarshal(text, &r); err != nil {
		return Registrations{}, fmt.Errorf("the registered clients can't be read: %w", err)
	}
	return r, nil
}

// Text writes the registrations.
func (r Registrations) Text() ([]byte, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	if len(text) > maxRegistrations {
		return nil, fmt.Errorf("the clients would take %d KB, and there is room for %d: remove some", len(text)>>10, maxRegistrations>>10)
	}
	return text, nil
}

// Add registers a client. The error is its registration's fault, or that its id
// is taken.
func (r Registrations) Add(c Client, now time.Time) (Registrations, error) {
	if err := c.check(); err != nil {
		return r, fmt.Errorf("client %q: %w", c.ID, err)
	}
	at, taken := r.find(c.ID)
	if taken {
		return r, fmt.Errorf("client %q is registered already: remove it first, or rotate its secret", c.ID)
	}
	r.Clients = slices.Insert(slices.Clone(r.Clients), at, c)
	return r.noted("added", c.ID, now), nil
}

// Remove removes a client.
func (r Registrations) Remove(id string, now time.Time) (Registrations, error) {
	at, there := r.find(id)
	if !there {
		return r, fmt.Errorf("there is no registered client %q", id)
	}
	r.Clients = slices.Delete(slices.Clone(r.Clients), at, at+1)
	return r.noted("removed", id, now), nil
}

// Rotate gives a client another secret, of which hash is the SHA-256. The
// previous one stays valid for a day, or with atOnce not at all.
func (r Registrations) Rotate(id, hash string, atOnce bool, now time.Time) (Registrations, error) {
	at, there := r.find(id)
	if !there {
		return r, fmt.Errorf("there is no registered client %q", id)
	}
	c := r.Clients[at]
	if !c.Confidential() {
		return r, fmt.Errorf("client %q has no secret: it can't keep one", id)
	}
	did := "secret changed, the former ended"
	former, until := "", time.Time{}
	if !atOnce {
		did, former, until = "secret changed", c.SecretHash, now.Add(formerSecret).UTC().Truncate(time.Second)
	}
	c.SecretHash, c.FormerHash, c.FormerUntil = hash, former, until
	r.Clients = slices.Clone(r.Clients)
	r.Clients[at] = c
	return r.noted(did, id, now), nil
}

// find returns the client's place by id, and whether it is there.
func (r Registrations) find(id string) (int, bool) {
	return slices.BinarySearchFunc(r.Clients, id, func(c Client, id string) int { return strings.Compare(c.ID, id) })
}

func (r Registrations) noted(did, id string, now time.Time) Registrations {
	r.Changes = append([]Change{{now.UTC().Truncate(time.Second), did, id}}, r.Changes...)
	r.Changes = r.Changes[:min(len(r.Changes), maxChanges)]
	return r
}

// ErrClient is for a client that isn't registered, or a wrong secret.
var ErrClient = errors.New("no such client")

// ChangeRegistrations reads the registrations, changes them and writes them back.
// It tries again if another operator came first.
func ChangeRegistrations(ctx context.Context, s store.Registry, change func(Registrations) (Registrations, error)) error {
	for {
		old, err := s.Registrations(ctx)
		if err != nil {
			return err
		}
		before, err := ParseRegistrations(old)
		if err != nil {
			return err
		}
		after, err := change(before)
		if err != nil {
			return err
		}
		text, err := after.Text()
		if err != nil {
			return err
		}
		if bytes.Equal(text, old) {
			return nil
		}
		if err := s.ReplaceRegistrations(ctx, old, text); !errors.Is(err, store.ErrConflict) {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}
