package protect_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log"

	"systole/shared/biometric/protect"
)

// A template is sealed for its place, inside with a transform under a seed of its
// own, and cannot be opened anywhere else.
func ExampleRing_Seal() {
	drawn, err := protect.DrawKeys()
	if err != nil {
		log.Fatal(err)
	}
	ring, err := protect.ParseKeys(drawn)
	if err != nil {
		log.Fatal(err)
	}
	const place = "models/7/0001"
	sealed, err := ring.Seal(place, rand.Reader, func(seed [32]byte) ([]byte, error) {
		return []byte("a template, transformed under the seed"), nil
	})
	if err != nil {
		log.Fatal(err)
	}
	template, _, stale, err := ring.Open(place, sealed)
	fmt.Printf("%s; sealed with an old key: %v; %v\n", template, stale, err)
	_, _, _, err = ring.Open("models/8/0001", sealed)
	fmt.Println("elsewhere:", errors.Is(err, protect.ErrDamaged))
	// Output:
	// a template, transformed under the seed; sealed with an old key: false; <nil>
	// elsewhere: true
}
