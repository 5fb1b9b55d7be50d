package authenticate

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"

	"systole/shared/api"
	"systole/shared/fault"
)

// Greatest lengths of an audience and its nonce, in bytes.
const (
	maxAudience      = 256
	maxAudienceNonce = 256
)

// audienceFrom returns the third party that the outcome is asserted to, and its
// nonce; both empty if there is none. An audience is the origin of a web address:
// it names its owner, and a browser binds pages to theirs.
func audienceFrom(form *api.Form) (audience, nonce string, err error) {
	if audience, err = form.Optional("audience"); err != nil {
		return "", "", err
	}
	if audience != "" && !isOrigin(audience) {
		return "", "", fault.New(fault.FieldInvalid, "field", "audience")
	}
	if nonce, err = form.Optional("audience_nonce"); err != nil {
		return "", "", err
	}
	if nonce != "" {
		visible := func(r rune) bool { return '!' <= r && r <= '~' }
		if audience == "" || len(nonce) > maxAudienceNonce || strings.TrimFunc(nonce, visible) != "" {
			return "", "", fault.New(fault.FieldInvalid, "field", "audience_nonce")
		}
	}
	return audience, nonce, nil
}

// isOrigin reports whether s is an origin as a browser spells it (RFC 6454, 6.2):
// of https, or of http on the machine itself, where applications are developed.
func isOrigin(s string) bool {
	u, err := url.Parse(s)
	if err != nil || len(s) > maxAudience || u.Hostname() == "" || u.Scheme+"://"+u.Host != s {
		return false
	}
	for _, c := range []byte(u.Host) {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-.:[]", rune(c)) {
			return false
		}
	}
	switch u.Scheme {
	case "https":
		return u.Port() != "443" && !strings.HasSuffix(u.Host, ":")
	case "http":
		return isLoopback(u.Hostname()) && u.Port() != "80" && !strings.HasSuffix(u.Host, ":")
	}
	return false
}

func isLoopback(host string) bool {
	ip, _ := netip.ParseAddr(host) // the zero address isn't the machine's
	return host == "localhost" || ip.IsLoopback()
}

// mayAssert refuses an assertion to another origin than the web page's own,
// unless the page is the service's: else a page could obtain an assertion meant
// for another site, and present it there as its own visitor's.
func mayAssert(r *api.Request, issuer, audience string) error {
	if audience != "" && issuer == "" {
		return errors.New("no address to sign for: set ISSUER")
	}
	origin := r.Header.Get("Origin")
	if audience == "" || origin == "" || origin == audience || origin == originOf(issuer) {
		return nil
	}
	return fault.New(fault.FieldInvalid, "field", "audience")
}

// originOf returns the origin of an address.
func originOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
