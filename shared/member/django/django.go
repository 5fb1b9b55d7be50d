// Package django verifies password hashes of a Django server, for members who
// moved here from one. It makes none: the first log-in hashes the password as any
// other. It is a package of its own so that only functions that verify passwords
// link it.
package django

import (
	"crypto/pbkdf2"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"

	"golang.org/x/crypto/bcrypt"
)

// Bounds on the cost of verifying a stored hash, which may have been tampered
// with: above Django 6.0's 1,200,000 iterations, and its cost of 12.
const (
	maxIterations = 4_000_000
	maxCost       = 15
)

// Hash returns the password field of a Django user in the form that is stored
// here, or false for a kind that can't be verified here, and for users without a
// password. Django's argon2id is PHC behind a prefix, and is stored as PHC.
func Hash(field string) (stored string, ok bool) {
	if phc, found := strings.CutPrefix(field, "argon2$argon2id$"); found {
		return "$argon2id$" + phc, true
	}
	_, ok = Parse(field)
	return field, ok
}

// Parse returns the function that verifies a password against the stored hash, or
// false for another kind of hash, and for one that would cost too much. A call
// takes some tenths of a second.
func Parse(stored string) (verify func(password string) bool, ok bool) {
	if len(stored) > 256 {
		return nil, false
	}
	kind, rest, _ := strings.Cut(stored, "$")
	switch kind {
	case "pbkdf2_sha256":
		return parsePBKDF2(rest)
	case "bcrypt_sha256":
		return parseBcrypt(rest)
	}
	return nil, false
}

// parsePBKDF2 parses <iterations>$<salt>$<hash in base64> (Django's
// PBKDF2PasswordHasher).
func parsePBKDF2(s string) (func(string) bool, bool) {
	parts := strings.Split(s, "$")
	if len(parts) != 3 || parts[1] == "" {
		return nil, false
	}
	iterations, _ := strconv.Atoi(parts[0]) // 0 of what is no number, the greatest of what is too large
	hash, err := base64.StdEncoding.DecodeString(parts[2])
	if err != nil || iterations < 1 || iterations > maxIterations || len(hash) != sha256.Size {
		return nil, false
	}
	return func(password string) bool {
		key, _ := pbkdf2.Key(sha256.New, password, []byte(parts[1]), iterations, len(hash)) // fails for lengths alone
		return subtle.ConstantTimeCompare(key, hash) == 1
	}, true
}

// parseBcrypt parses the output of bcrypt behind a further $ (Django's
// BCryptSHA256PasswordHasher). Bcrypt takes 72 bytes, so its input is the
// hexadecimal SHA-256 of the password.
func parseBcrypt(s string) (func(string) bool, bool) {
	cost, err := bcrypt.Cost([]byte(s))
	if err != nil || cost > maxCost || len(s) != 60 {
		return nil, false
	}
	return func(password string) bool {
		digest := sha256.Sum256([]byte(password))
		return bcrypt.CompareHashAndPassword([]byte(s), []byte(hex.EncodeToString(digest[:]))) == nil
	}, true
}
