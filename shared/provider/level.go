package provider

import (
	"slices"
)

// Level is the assurance that the provider has of the person: an authentication
// context class (OpenID Connect Core 1.0, 2: acr).
type Level string

// The levels. Heart includes Password.
const (
	Password Level = "urn:systole:acr:password" // a log-in by password
	Heart    Level = "urn:systole:acr:heart"    // and an accepted check of the heart
)

// Levels lists the levels, the highest first.
func Levels() []Level { return []Level{Heart, Password} }

// Methods returns the authentication methods of the level (RFC 8176). Its
// registry has no word for the heart.
func (l Level) Methods() []string {
	if l == Heart {
		return []string{"pwd", "ecg", "mfa"}
	}
	return []string{"pwd"}
}

// Choose returns the level for the levels that a client asks for (RFC 9470, 3:
// acr_values, by preference) and the lowest one of its registration; not ok if
// none of them exists.
func Choose(asked []string, c Client) (level Level, ok bool) {
	level = Password
	if len(asked) > 0 {
		i := slices.IndexFunc(asked, func(a string) bool { return slices.Contains(Levels(), Level(a)) })
		if i < 0 {
			return "", false
		}
		level = Level(asked[i])
	}
	if c.LeastLevel() == Heart {
		level = Heart
	}
	return level, true
}
