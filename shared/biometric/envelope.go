package biometric

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
)

// A model's object is a magic word, the version of this layout, the SHA-256 of
// the object's key, a zero byte and the template, and the template itself. The
// checksum finds damage, and an object that was moved to another member's key;
// it is no secret, so it doesn't keep out who can write to the store.
const (
	magic         = "SYSTOLE-MODEL"
	layoutVersion = 1
	headerLength  = len(magic) + 1 + sha256.Size
)

var (
	errNoModel      = errors.New("not a model")
	errLayout       = errors.New("model of an unknown layout")
	errModelDamaged = errors.New("model damaged, or not of this key")
)

// seal wraps a template for the object at key.
func seal(key string, template []byte) []byte {
	sum := checksum(key, template)
	b := make([]byte, 0, headerLength+len(template))
	b = append(b, magic...)
	b = append(b, layoutVersion)
	b = append(b, sum[:]...)
	return append(b, template...)
}

// open returns what was sealed for key. It shares b's memory.
func open(key string, b []byte) ([]byte, error) {
	if len(b) < headerLength || string(b[:len(magic)]) != magic {
		return nil, errNoModel
	}
	if b[len(magic)] != layoutVersion {
		return nil, errLayout
	}
	template := b[headerLength:]
	sum := checksum(key, template)
	if subtle.ConstantTimeCompare(sum[:], b[len(magic)+1:headerLength]) != 1 {
		return nil, errModelDamaged
	}
	return template, nil
}

func checksum(key string, template []byte) [sha256.Size]byte {
	b := make([]byte, 0, len(key)+1+len(template))
	b = append(b, key...)
	b = append(b, 0)
	return sha256.Sum256(append(b, template...))
}
