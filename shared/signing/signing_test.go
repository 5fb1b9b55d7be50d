package signing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"systole/shared/biometric/protect"
)

// written returns keys in the form in which the secret holds them.
func written(t *testing.T, text string) *Keys {
	t.Helper()
	ring, err := protect.ParseKeys([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return New(ring, clock)
}

func secret(name string) string { return strings.Repeat(name, protect.MinSecret) }

func published(t *testing.T, k *Keys) jose.JSONWebKeySet {
	t.Helper()
	text, err := k.JSON(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(text), `"d"`) {
		t.Fatal("a private key is published")
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(text, &set); err != nil {
		t.Fatal(err)
	}
	return set
}

func signed(t *testing.T, k *Keys) *jose.JSONWebSignature {
	t.Helper()
	key, err := k.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := signer.Sign([]byte("a claim"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := s.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	if s, err = jose.ParseSignedCompact(text, []jose.SignatureAlgorithm{jose.ES256}); err != nil {
		t.Fatal(err)
	}
	return s
}

// noon is the time of the tests.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// rotated returns the secret's keys before a rotation, during it and after it.
func rotated(t *testing.T) [3]string {
	t.Helper()
	first := []byte(fmt.Sprintf(`{"current":%q,"previous":[%q]}`, secret("a"), secret("z")))
	drawn, err := protect.AddKey(first, noon.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	promoted, err := protect.PromoteKey(drawn, noon.Add(-time.Minute))
	if err != nil {
		t.Fatal(err)
	}
	return [3]string{string(first), string(drawn), string(promoted)}
}

// At each step of a rotation some functions still have the keys of the step
// before, and third parties have fetched those.
func TestWhatIsSignedInAnyStepOfARotationIsVerifiedInTheStepsAround(t *testing.T) {
	var steps []*Keys
	for _, text := range rotated(t) {
		steps = append(steps, written(t, text))
	}
	for i, signing := range steps {
		s := signed(t, signing)
		for j, fetched := range steps {
			_, err := s.Verify(published(t, fetched))
			if tooOld := i-j > 1; tooOld != (err != nil) {
				t.Errorf("signed in step %d, verified in step %d: %v", i, j, err)
			}
		}
	}
	if kid := signed(t, steps[2]).Signatures[0].Header.KeyID; kid == signed(t, steps[0]).Signatures[0].Header.KeyID {
		t.Error("the rotation changed no key")
	}
}

// A key stays in the ring for the things that it sealed, long after it was
// rotated because it may be known to others. Keys of another deployment may come
// with data that was moved from it.
func TestAKeyThatIsOutOfUseSignsNothing(t *testing.T) {
	steps := rotated(t)
	before := written(t, steps[0])
	if n := len(published(t, before).Keys); n != 2 { // one of each kind
		t.Errorf("%d keys are published beside one that is long out of use", n-2)
	}
	after := written(t, steps[2])
	after.now = func() time.Time { return noon.Add(25 * time.Hour) }
	if _, err := signed(t, before).Verify(published(t, after)); err == nil {
		t.Error("the key before signs a day after the rotation")
	}
	joined, err := protect.JoinKeys([]byte(fmt.Sprintf(`{"current":%q,"previous":[]}`, secret("b"))), []byte(steps[0]))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := signed(t, before).Verify(published(t, written(t, string(joined)))); err == nil {
		t.Error("the keys of a deployment that was moved from sign for this one")
	}
}

// A stored secret gives the same key in every version of the service.
func TestTheKeyOfASecretStaysWhatItIs(t *testing.T) {
	text, err := written(t, fmt.Sprintf(`{"current":%q}`, secret("k"))).JSON(t.Context())
	const want = `{"keys":[` +
		`{"use":"sig","kty":"EC","kid":"31f8bdf5b636decf","crv":"P-256","alg":"ES256",` +
		`"x":"MvxFWspwm9UARcykcqoO5juPU26kAq5tdGgzg2hV4H4","y":"xbCz0DwwWWG_PfnQZo346uVKYF5YEStSbR37KRkWwUY"},` +
		`{"use":"sig","kty":"RSA","kid":"31f8bdf5b636decf-rsa","alg":"RS256","n":"r2kvKSTnNT7Mk9gArwnzig3pO4WibUL-EPyncn0upFaDVVQMwBFyjIlq2DMK` +
		`uv3Ck1VUotzgsay3ffIUdY3dM88813yyMwqIXwug-AOREVQ4FmrR-fQHpGYEPtCjzcWV1886NY-E2OF4TFZF7aUvCLDuYkOzh7YJ43HlKn5pKtlirvdUwI2AKL_-C_73RmIy` +
		`bTY-obkJSjW1Q2rJSaOHAHxQ46osfJoBt2NNhqf12JKGAfpdYymuqzgVqEs-aMlKN0YraUetiqi6_EgZWuLACigYY4pvNT0j1a4FYc0tb6e0A0IHRxVD4pg_jrgYADN5QbxP` +
		`cUdWiZrSqBvj2NjvMQ","e":"AQAB"}]}`
	if err != nil || string(text) != want {
		t.Errorf("%s, %v", text, err)
	}
}

type broken struct{}

func (broken) Ring(context.Context) (protect.Ring, error) { return protect.Ring{}, errors.New("no") }

func TestWithoutSecretsNothingIsSigned(t *testing.T) {
	for _, source := range []Source{broken{}, protect.Ring{}} {
		if _, err := New(source, clock).Current(t.Context()); err == nil {
			t.Errorf("%T gave a key", source)
		}
		if _, err := New(source, clock).JSON(t.Context()); err == nil {
			t.Errorf("%T gave keys", source)
		}
	}
}
