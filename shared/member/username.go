package member

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
)

// maxNameLength is the greatest length of user names and names, in code points.
const maxNameLength = 150

// username returns the user name as it is stored: in NFC, without the surrounding
// space that keyboards of phones add. The rule is Django's, so that every account
// of the original service can move here: letters and digits of any script and @ .
// + - _, in the case given.
func username(s string) (string, error) {
	s = strings.TrimSpace(norm.NFC.String(s))
	if n := utf8.RuneCountInString(s); n < 1 || n > maxNameLength {
		return "", fault.New(fault.UsernameInvalid)
	}
	for _, r := range s { // a broken character is U+FFFD, which is none of these
		if !unicode.IsLetter(r) && !unicode.IsNumber(r) && !strings.ContainsRune("@.+-_", r) {
			return "", fault.New(fault.UsernameInvalid)
		}
	}
	return s, nil
}

// displayName returns the name as it is stored: in NFC, without surrounding
// space.
func displayName(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", invalid("name")
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	if n := utf8.RuneCountInString(s); n < 1 || n > maxNameLength {
		return "", invalid("name")
	}
	for _, r := range s {
		// Line ends and direction marks would change the text around the name.
		if unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control) {
			return "", invalid("name")
		}
	}
	return s, nil
}

func invalid(field string) error {
	return fault.New(fault.FieldInvalid, "field", field)
}
