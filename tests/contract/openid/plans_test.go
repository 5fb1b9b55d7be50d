package openid

import (
	"slices"
	"testing"

	"systole/tests/support/relying"
)

// The modules of the plans in the order and by the names of the suite's release
// 5.2.4 (OIDCCBasicTestPlan, OIDCCRpInitiatedLogoutTestPlan). The configuration's
// plan has one module.
var (
	basicPlan = []string{
		"oidcc-server", "oidcc-response-type-missing", "oidcc-idtoken-signature", "oidcc-idtoken-unsigned",
		"oidcc-userinfo-get", "oidcc-userinfo-post-header", "oidcc-userinfo-post-body",
		"oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "oidcc-scope-profile", "oidcc-scope-email", "oidcc-scope-address",
		"oidcc-scope-phone", "oidcc-scope-all", "oidcc-alternate-happy-flow", "oidcc-display-page", "oidcc-display-popup",
		"oidcc-prompt-login", "oidcc-prompt-none-not-logged-in", "oidcc-prompt-none-logged-in", "oidcc-max-age-1", "oidcc-max-age-10000",
		"oidcc-ensure-request-with-unknown-parameter-succeeds", "oidcc-id-token-hint", "oidcc-login-hint", "oidcc-ui-locales",
		"oidcc-claims-locales", "oidcc-ensure-request-with-acr-values-succeeds", "oidcc-codereuse", "oidcc-codereuse-30seconds",
		"oidcc-ensure-registered-redirect-uri", "oidcc-ensure-post-request-succeeds", "oidcc-server-client-secret-post",
		"oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported",
		"oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported", "oidcc-claims-essential",
		"oidcc-ensure-request-object-with-redirect-uri", "oidcc-refresh-token", "oidcc-ensure-request-with-valid-pkce-succeeds",
	}
	logOutPlan = []string{
		"oidcc-rp-initiated-logout-discovery-endpoint-verification", "oidcc-rp-initiated-logout",
		"oidcc-rp-initiated-logout-bad-post-logout-redirect-uri", "oidcc-rp-initiated-logout-modified-id-token-hint",
		"oidcc-rp-initiated-logout-no-id-token-hint", "oidcc-rp-initiated-logout-no-params",
		"oidcc-rp-initiated-logout-no-post-logout-redirect-uri", "oidcc-rp-initiated-logout-no-state", "oidcc-rp-initiated-logout-only-state",
		"oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri", "oidcc-rp-initiated-logout-bad-id-token-hint",
	}
)

// covers fails the test unless the tests include every module of a plan.
func covers(t *testing.T, tests, plan []string) {
	t.Helper()
	for _, module := range plan {
		if !slices.Contains(tests, module) {
			t.Errorf("%s is not tested", module)
		}
	}
}

// scopeWithoutClaims requests a scope for which the account has no data: the
// log-in succeeds without it.
func scopeWithoutClaims(scope string) func(*testing.T, *relying.Browser) {
	return func(t *testing.T, b *relying.Browser) {
		claims := loggedIn(t, b, "scope", "openid "+scope)
		for _, claim := range []string{"email", "address", "phone_number"} {
			if claims[claim] != nil {
				t.Errorf("%s: %v", claim, claims[claim])
			}
		}
	}
}
