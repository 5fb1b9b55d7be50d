package api

import (
	"net/http"
	"testing"
)

func TestAddressIsTheCallersNetwork(t *testing.T) {
	for remote, want := range map[string]string{
		"192.0.2.7":             "192.0.2.7",
		"192.0.2.7:52110":       "192.0.2.7",
		"2001:db8:1:2:3:4:5:6":  "2001:db8:1:2::/64",
		"[2001:db8:1:2::9]:443": "2001:db8:1:2::/64",
		"[fe80::1%eth0]:443":    "",
		"::ffff:192.0.2.7":      "::ffff:192.0.2.7",
		"@":                     "",
		"":                      "",
	} {
		if got := Address(&http.Request{RemoteAddr: remote}); got != want {
			t.Errorf("%q: %q, want %q", remote, got, want)
		}
	}
}
