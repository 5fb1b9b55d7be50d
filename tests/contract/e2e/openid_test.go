package e2e

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"systole/functions"
	"systole/tests/support/fixture"
	"systole/tests/support/gotool"
	"systole/tests/support/recordings"
	"systole/tests/support/relying"
)

func TestALogInForAnApplicationThroughTheBuiltFunctions(t *testing.T) {
	stores, aws := fixture.AWS(t, nil)
	relying.Register(t, stores.Grants)
	var log safeBuffer
	all := lambda{}
	if _, err := gotool.Build(t.Context(), "functions"); err != nil { // one build links all of them faster
		t.Fatal(err)
	}
	others := []string{"members/create", "authenticate/make_model"}
	for _, f := range functions.All() {
		if f.Alarms != functions.Provider && !slices.Contains(others, f.Folder) {
			continue
		}
		all[f.Folder] = startFunction(t, f.Folder, aws, &log, "ISSUER="+relying.Issuer)
	}
	h := relying.Before(t, all)
	b := h.Browser()
	first := b.LogIn(relying.Asked(relying.Shop, "scope", "openid profile"))
	access, claims, _ := h.Tokens(relying.Shop, first.Get("code"))
	if status, who := h.UserInfo(access); status != 200 || who["preferred_username"] != "hong" || who["sub"] != claims["sub"] {
		t.Errorf("%d %v", status, who)
	}
	if status, body := h.Exchange(relying.Shop, first.Get("code")); status != 400 {
		t.Errorf("a code is used twice: %d %v", status, body)
	}
	_, pushed := h.Post("/openid/par", relying.Asked(relying.Shop, "acr_values", "urn:systole:acr:heart", "client_secret", relying.Secret))
	_, flow := b.Authorize(url.Values{"client_id": {relying.Shop}, "request_uri": {pushed["request_uri"].(string)}})
	if a := b.HeartOf(flow, recordings.Probe(t, 4)); a.Body["result"] != "false" {
		t.Errorf("somebody else's heart: %v", a)
	}
	if _, a := b.Continue(flow); a.Word() != "step_missing" {
		t.Errorf("with somebody else's heart: %v", a)
	}
	b.Heart(flow).Want(t, 200, "")
	to, _ := b.Continue(flow)
	_, claims, hint := h.Tokens(relying.Shop, to.Query().Get("code"))
	if claims["acr"] != "urn:systole:acr:heart" {
		t.Errorf("%v", claims)
	}
	w := b.Get("/openid/logout?" + url.Values{"id_token_hint": {hint}, "post_logout_redirect_uri": {relying.Out}}.Encode())
	if w.Header().Get("Location") != relying.Out {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	for _, secret := range []string{"tachy-cardia", relying.Secret, first.Get("code"), access, hint} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if t.Failed() {
		t.Log(log.String())
	}
}
