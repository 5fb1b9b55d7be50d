package member

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"systole/shared/store"
)

const (
	// maxNetworks bounds the known networks of a member: home, work, a phone's
	// carrier, and some earlier ones.
	maxNetworks = 12
	// networkResolution is the resolution of the time of the last log-in from a
	// network: each update costs a write.
	networkResolution = 24 * time.Hour
)

// networkOf returns the network that an address is part of, the size of an
// access: /24 of IPv4, /64 of IPv6; "" for an unknown address.
func networkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if prefix, prefixErr := netip.ParsePrefix(address); prefixErr == nil {
		ip, err = prefix.Addr(), nil
	}
	if err != nil {
		return ""
	}
	ip = ip.WithZone("").Unmap()
	bits := 64
	if ip.Is4() {
		bits = 24
	}
	network, _ := ip.Prefix(bits) // an address of either kind has more
	return network.String()
}

// networkID returns the digest by which a network is stored with the member.
func networkID(pk int64, network string) string {
	h := sha256.Sum256([]byte(strconv.FormatInt(pk, 10) + " " + network))
	return hex.EncodeToString(h[:8])
}

// nobodysMark stands for every network where there is no member: the entries of
// unknown names are shared, and mustn't grow.
const nobodysMark = "0000"

// networkMark returns the mark of a network in the activity: two bytes of a
// digest, which some 256 networks of IPv4 share. The networks of a flood can be
// counted by it, and none be identified.
func networkMark(m *store.Member, network string) string {
	if m == nil {
		return nobodysMark
	}
	return networkID(m.PK, network)[:len(nobodysMark)]
}

// knows reports whether the member logged in from the network before.
func knows(m *store.Member, network string) bool {
	return m != nil && network != "" && !m.Networks[networkID(m.PK, network)].IsZero()
}

// forgotten returns the networks to drop to make room for one more: the least
// recently used.
func forgotten(networks map[string]time.Time) []string {
	if len(networks) < maxNetworks {
		return nil
	}
	oldestFirst := slices.SortedFunc(maps.Keys(networks), func(a, b string) int { return networks[a].Compare(networks[b]) })
	return oldestFirst[:len(oldestFirst)-maxNetworks+1]
}
