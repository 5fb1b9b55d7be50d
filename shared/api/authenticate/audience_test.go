package authenticate_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/go-jose/go-jose/v4"

	"systole/tests/support/recordings"
)

const shop = "https://shop.example"

// checkFor returns a check that asks for an assertion to an audience.
func checkFor(t testing.TB, recording, audience, nonce string) events.APIGatewayProxyRequest {
	return post(checkUser, field("audience", audience), field("audience_nonce", nonce), file("ECG", recordings.Excerpt(t, recording)))
}

// asserted verifies an answer's assertion with the published keys and returns its
// claims.
func (h *fixture) asserted(t testing.TB, a answer) map[string]any {
	t.Helper()
	var body struct{ Assertion string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Assertion == "" {
		t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	published, err := h.keys.JSON(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(published, &set); err != nil {
		t.Fatal(err)
	}
	signed, err := jose.ParseSignedCompact(body.Assertion, []jose.SignatureAlgorithm{jose.ES256})
	if err != nil {
		t.Fatal(err)
	}
	if kind := signed.Signatures[0].Header.ExtraHeaders["typ"]; kind != "systole-assertion+jwt" {
		t.Errorf("typ is %v", kind)
	}
	payload, err := signed.Verify(set)
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims
}

func TestAnAcceptedCheckIsAssertedToItsAudience(t *testing.T) {
	h := newFixture(t).enrolled(t)
	got := h.asserted(t, h.serve(t, checkFor(t, same, shop, "n-0S6_WzA2Mj")))
	want := map[string]any{
		"iss": issuer, "aud": shop, "nonce": "n-0S6_WzA2Mj", "sub": got["sub"], "jti": got["jti"],
		"iat": float64(noon.Unix()), "exp": float64(noon.Unix() + 120), "auth_time": float64(noon.Unix()), "password_time": float64(noon.Unix()),
		"acr": "urn:systole:acr:heart", "amr": []any{"pwd", "ecg", "mfa"}, "fmr": 0.01,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	stricter := post(checkUser, field("audience", shop), field("fmr", "0.005"), file("ECG", recordings.Excerpt(t, same)))
	if claims := h.asserted(t, h.serve(t, stricter)); claims["fmr"] != 0.005 || claims["nonce"] != nil || claims["jti"] == got["jti"] {
		t.Errorf("of a stricter check without a nonce: %v", claims)
	}
}

func TestAPersonIsAnotherToEachAudience(t *testing.T) {
	h := newFixture(t).enrolled(t)
	subject := func(audience string) any {
		t.Helper()
		return h.asserted(t, h.serve(t, checkFor(t, same, audience, "n")))["sub"]
	}
	first := subject(shop)
	if again := subject(shop); again != first {
		t.Errorf("the shop knows one person as %v and %v", first, again)
	}
	if other := subject("https://bank.example"); other == first {
		t.Error("shop and bank can tell that they know the same person")
	}
	if text, ok := first.(string); !ok || len(text) != 43 || strings.Contains(text, "kim") {
		t.Errorf("subject %v", first)
	}
}

func TestNothingIsAssertedOfAnotherPersonOrToNobody(t *testing.T) {
	h := newFixture(t).enrolled(t)
	expect(t, "another person", h.serve(t, checkFor(t, others[0], shop, "n")), isNot)
	expect(t, "without an audience", h.serve(t, post(checkUser, file("ECG", recordings.Excerpt(t, same)))), isThem)
}

func TestAnAudienceIsTheOriginOfAWebAddress(t *testing.T) {
	h := newFixture(t).enrolled(t)
	for _, audience := range []string{
		shop, "https://shop.example:8443", "https://xn--ok0b236bp0a.example", "https://[2001:db8::1]",
		"http://localhost:3000", "http://127.0.0.1:3000", "http://[::1]:3000",
	} {
		h.asserted(t, h.serve(t, checkFor(t, same, audience, "n")))
	}
	for _, audience := range []string{
		"shop", "shop.example", "https://", "https://shop.example/", "https://shop.example/pay", "https://shop.example?", "https://shop.example#",
		"http://shop.example", "HTTPS://shop.example", "https://Shop.example", "https://shop.example:443", "https://shop.example:",
		"https://user@shop.example", "https://shop.example\n", "https://가게.example", "https://a%2eb", "javascript:alert(1)", "null",
		"http://localhost.example:3000", "http://127.0.0.1.example", "ftp://shop.example", "https://" + strings.Repeat("a", 300),
		"https://shop.example https://bank.example", "https://*.example",
	} {
		checkRefusal(t, h.serve(t, checkFor(t, same, audience, "n")), 400, "field_invalid")
	}
	for _, nonce := range []string{"two words", "\n", "값", strings.Repeat("n", 257)} {
		checkRefusal(t, h.serve(t, checkFor(t, same, shop, nonce)), 400, "field_invalid")
	}
	checkRefusal(t, h.serve(t, post(checkUser, field("audience_nonce", "n"), file("ECG", recordings.Excerpt(t, same)))), 400, "field_invalid")
}

func TestAPageNamesItsOwnOriginOnly(t *testing.T) {
	h := newFixture(t).enrolled(t)
	from := func(origin string) events.APIGatewayProxyRequest {
		e := checkFor(t, same, shop, "n")
		e.MultiValueHeaders["Origin"] = []string{origin}
		return e
	}
	for _, origin := range []string{shop, issuer} {
		h.asserted(t, h.serve(t, from(origin)))
	}
	for _, origin := range []string{"https://evil.example", "null", "http://shop.example"} {
		checkRefusal(t, h.serve(t, from(origin)), 400, "field_invalid")
	}
}
