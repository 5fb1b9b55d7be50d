package member

import (
	_ "embed"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"systole/shared/fault"
)

// Bounds of a password in code points after NFC, and the length from which a
// user name inside a password makes it easy to guess: shorter ones turn up by
// chance.
const (
	minPassword        = 8
	maxPassword        = 128
	minTellingUsername = 4
)

// commonPasswords are lines sorted by their bytes, in lower case, of at least
// minPassword characters. Source and licence: common_passwords.LICENSE.
//
//go:embed common_passwords.txt
var commonPasswords string

// newPassword returns the password in the form that is hashed, NFC, or the error
// that refuses it for this user name and name (NIST SP 800-63B-4: length and
// lists, no rules of composition).
func newPassword(password, username, name string) (string, error) {
	password = norm.NFC.String(password)
	switch n := utf8.RuneCountInString(password); {
	case n < minPassword:
		return "", fault.New(fault.PasswordTooShort)
	case n > maxPassword:
		return "", fault.New(fault.PasswordTooLong)
	case likeUsername(password, username), padded(password, strings.Fields(norm.NFC.String(name))...):
		return "", fault.New(fault.PasswordLikeName)
	case isCommon(password), padded(password, contextWords...):
		return "", fault.New(fault.PasswordCommon)
	}
	return password, nil
}

// likeUsername reports whether one contains the other, forwards or backwards,
// whatever the case.
func likeUsername(password, username string) bool {
	password, username = strings.ToLower(password), strings.ToLower(username)
	backwards := []rune(username)
	slices.Reverse(backwards)
	for _, name := range []string{username, string(backwards)} {
		if strings.Contains(name, password) {
			return true
		}
		if utf8.RuneCountInString(name) >= minTellingUsername && strings.Contains(password, name) {
			return true
		}
	}
	return false
}

// contextWords are words of this service's field, which are easily guessed (NIST
// SP 800-63B-4: context-specific words).
var contextWords = []string{
	"systole", "diastole", "heartbeat", "heart", "cardiogram", "electrocardiogram", "electro", "cardio", "pulse", "ecg", "ekg",
	"password", "login", "심전도", "심장박동", "심장", "맥박", "비밀번호",
}

// maxPadding is the number of characters beside easily guessed words up to which
// a password counts as no more than those words; less than minPassword.
const maxPadding = 4

// padded reports whether the password is hardly more than these words, whatever
// the case.
func padded(password string, words ...string) bool {
	rest := strings.ToLower(password)
	words = slices.Clone(words)
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) }) // "heartbeat" before "heart"
	for _, word := range words {
		if utf8.RuneCountInString(word) >= 2 {
			rest = strings.ReplaceAll(rest, strings.ToLower(word), "")
		}
	}
	return utf8.RuneCountInString(rest) <= maxPadding
}

// isCommon searches the embedded list in place: nothing is built when a process
// starts.
func isCommon(password string) bool {
	want := strings.ToLower(strings.TrimSpace(password))
	list := commonPasswords
	for len(list) > 0 {
		start := strings.LastIndexByte(list[:len(list)/2], '\n') + 1
		line, after, _ := strings.Cut(list[start:], "\n")
		switch strings.Compare(want, line) {
		case 0:
			return true
		case -1:
			list = list[:start]
		default:
			list = after
		}
	}
	return false
}
