package openid

import (
	"encoding/json"
	"errors"
	"net/http"

	"systole/shared/api"
	"systole/shared/provider"
)

// configuration describes the provider to clients (OpenID Connect Discovery 1.0,
// 3; RFC 8414, 9126 and 9207).
type configuration struct {
	Issuer                string           `json:"issuer"`
	Authorization         string           `json:"authorization_endpoint"`
	Token                 string           `json:"token_endpoint"`
	UserInfo              string           `json:"userinfo_endpoint"`
	EndSession            string           `json:"end_session_endpoint"`
	Pushed                string           `json:"pushed_authorization_request_endpoint"`
	Keys                  string           `json:"jwks_uri"`
	Scopes                []string         `json:"scopes_supported"`
	ResponseTypes         []string         `json:"response_types_supported"`
	ResponseModes         []string         `json:"response_modes_supported"`
	Grants                []string         `json:"grant_types_supported"`
	Levels                []provider.Level `json:"acr_values_supported"`
	SubjectTypes          []string         `json:"subject_types_supported"`
	SigningAlgorithms     []string         `json:"id_token_signing_alg_values_supported"`
	ClientAuthentications []string         `json:"token_endpoint_auth_methods_supported"`
	Claims                []string         `json:"claims_supported"`
	ClaimTypes            []string         `json:"claim_types_supported"`
	Challenges            []string         `json:"code_challenge_methods_supported"`
	Prompts               []string         `json:"prompt_values_supported"`
	Displays              []string         `json:"display_values_supported"`
	Locales               []string         `json:"ui_locales_supported"`
	NamesItself           bool             `json:"authorization_response_iss_parameter_supported"`
	ClaimsParameter       bool             `json:"claims_parameter_supported"`
	RequestParameter      bool             `json:"request_parameter_supported"`
	RequestURIParameter   bool             `json:"request_uri_parameter_supported"`
}

// configurationFresh is the Cache-Control of the configuration.
const configurationFresh = "public, max-age=3600"

// Configuration is the route of the provider's description.
func Configuration(s Settings) api.Route {
	return api.Route{Path: api.PathConfiguration, Methods: map[string]api.Handler{
		http.MethodGet: func(w http.ResponseWriter, r *http.Request) error {
			issuer := Issuer(r, s.Issuer)
			if issuer == "" {
				return errors.New("no address to describe: set ISSUER")
			}
			document, _ := json.Marshal(describe(issuer)) // text, lists of it and booleans
			public(w, configurationFresh, document)
			return nil
		},
	}}
}

func describe(issuer string) configuration {
	return configuration{
		Issuer:                issuer,
		Authorization:         issuer + api.PathAuthorize,
		Token:                 issuer + api.PathToken,
		UserInfo:              issuer + api.PathUserInfo,
		EndSession:            issuer + api.PathRPLogOut,
		Pushed:                issuer + api.PathPushed,
		Keys:                  issuer + api.PathKeys,
		Scopes:                []string{"openid", "profile"},
		ResponseTypes:         []string{"code"},
		ResponseModes:         []string{"query"},
		Grants:                []string{"authorization_code"},
		Levels:                provider.Levels(),
		SubjectTypes:          []string{"pairwise"},
		SigningAlgorithms:     []string{"RS256"},
		ClientAuthentications: []string{"client_secret_basic", "client_secret_post", "none"},
		Claims: []string{"iss", "sub", "aud", "azp", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "c_hash",
			"name", "preferred_username"},
		ClaimTypes:  []string{"normal"},
		Challenges:  []string{"S256"},
		Prompts:     []string{"none", "login", "consent", "select_account"},
		Displays:    []string{"page"},
		Locales:     []string{"ko", "en"},
		NamesItself: true,
	}
}
