package provider

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Client is a registered client, in the words of RFC 7591. The operator registers
// it, by settings or tool: there is no registration over HTTP.
type Client struct {
	ID   string `json:"client_id"`
	Name string `json:"client_name"` // shown to the person
	// SecretHash is the SHA-256 of the secret in hexadecimal digits (see HashSecret).
	// Empty for a client that can't keep a secret.
	SecretHash string `json:"client_secret_sha256,omitempty"`
	// FormerHash is the hash of the previous secret, which is valid until
	// FormerUntil.
	FormerHash             string    `json:"former_secret_sha256,omitempty"`
	FormerUntil            time.Time `json:"former_secret_until,omitzero"`
	RedirectURIs           []string  `json:"redirect_uris"`
	PostLogoutRedirectURIs []string  `json:"post_logout_redirect_uris,omitempty"`
	// Type is "web", or "native" for an application on the person's device, whose
	// loopback address may have any port (RFC 8252, 7.3).
	Type string `json:"application_type,omitempty"`
	// DefaultLevels names the lowest level of the client's requests, whatever they
	// ask for.
	DefaultLevels []Level `json:"default_acr_values,omitempty"`
}

// Native reports whether the client runs on the person's device.
func (c Client) Native() bool { return c.Type == "native" }

// Confidential reports whether the client has a secret.
func (c Client) Confidential() bool { return c.SecretHash != "" }

// LeastLevel returns the lowest level by the client's registration.
func (c Client) LeastLevel() Level {
	if slices.Contains(c.DefaultLevels, Heart) {
		return Heart
	}
	return Password
}

// authenticates reports whether the secret is the client's.
func (c Client) authenticates(secret string, now time.Time) bool {
	hash := []byte(HashSecret(secret))
	current := subtle.ConstantTimeCompare(hash, []byte(c.SecretHash)) == 1
	former := now.Before(c.FormerUntil) && subtle.ConstantTimeCompare(hash, []byte(c.FormerHash)) == 1
	return c.Confidential() && (current || former)
}

// HashSecret returns the stored form of a secret. A secret is drawn at random, so
// its hash needs no salt.
func HashSecret(secret string) string {
	hash := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(hash[:])
}

// Clients are clients by id.
type Clients map[string]Client

// ParseClients reads a JSON array of clients; the empty text has none. The error
// names the client and what is wrong with it.
func ParseClients(text string) (Clients, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var all []Client
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return nil, fmt.Errorf("no JSON array of clients: %w", err)
	}
	clients := make(Clients, len(all))
	for _, c := range all {
		if err := c.check(); err != nil {
			return nil, fmt.Errorf("client %q: %w", c.ID, err)
		}
		if _, there := clients[c.ID]; there {
			return nil, fmt.Errorf("client %q is there twice", c.ID)
		}
		clients[c.ID] = c
	}
	return clients, nil
}

// check returns the fault of a registration, nil for none.
func (c Client) check() error {
	switch {
	case c.ID == "" || len(c.ID) > 128 || strings.TrimFunc(c.ID, func(r rune) bool { return '!' <= r && r <= '~' && r != ':' }) != "":
		return errors.New("client_id has 1 to 128 visible characters of ASCII, without a colon")
	case c.Name == "" || len(c.Name) > 128:
		return errors.New("client_name, which people are shown, has 1 to 128 bytes")
	case c.SecretHash != "" && !isSHA256(c.SecretHash):
		return errors.New("client_secret_sha256 is the SHA-256 of the secret in 64 lower-case hexadecimal digits")
	case c.FormerHash != "" && (!isSHA256(c.FormerHash) || c.FormerUntil.IsZero()):
		return errors.New("former_secret_sha256 is a SHA-256 too, and goes with former_secret_until")
	case c.Type != "" && c.Type != "web" && c.Type != "native":
		return errors.New("application_type is web or native")
	case !c.Native() && !c.Confidential():
		return errors.New("a web client has a client_secret_sha256")
	case len(c.RedirectURIs) == 0:
		return errors.New("redirect_uris is empty")
	}
	for _, level := range c.DefaultLevels {
		if !slices.Contains(Levels(), level) {
			return fmt.Errorf("default_acr_values: there is no %q", level)
		}
	}
	for _, uri := range slices.Concat(c.RedirectURIs, c.PostLogoutRedirectURIs) {
		if err := c.checkRedirect(uri); err != nil {
			return fmt.Errorf("%q: %w", uri, err)
		}
	}
	return nil
}

// checkRedirect holds an address to RFC 9700, 2.1 and 4.1, and RFC 8252, 7: a
// code must only reach the client itself.
func (c Client) checkRedirect(uri string) error {
	u, err := url.Parse(uri)
	if err != nil || !u.IsAbs() || u.Fragment != "" || u.User != nil || strings.ContainsAny(uri, "*# \t\r\n\\") {
		return errors.New("an address is absolute, without a fragment, a user or a wildcard")
	}
	host := u.Hostname()
	loopback := host == "localhost" || host == "127.0.0.1" || host == "::1"
	switch {
	case u.Scheme == "https" && host != "":
		return nil
	case u.Scheme == "http" && loopback:
		return nil
	case u.Scheme == "http" || u.Scheme == "https" || !c.Native():
		return errors.New("an address is https, or http on the machine itself")
	case !strings.Contains(u.Scheme, "."):
		return errors.New("a native client's scheme is a domain name of its own, turned round")
	}
	return nil
}

func isSHA256(s string) bool {
	return len(s) == 64 && strings.Trim(s, "0123456789abcdef") == ""
}
