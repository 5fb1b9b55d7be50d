// Package openid answers the routes of the OpenID provider: those of the log-in
// page, and those that third parties call without the protocol's library (package
// protocol).
package openid

import (
	"context"
	"fmt"
	"net/http"

	"systole/shared/api"
)

// KeySet has the public keys of the service's tokens, as JSON (JWK Set, RFC
// 7517); see signing.Keys.
type KeySet interface {
	JSON(ctx context.Context) ([]byte, error)
}

// keysFresh is the Cache-Control of the keys. A next key is published for longer
// than that before it signs.
const keysFresh = "public, max-age=300"

// Keys is the route of the keys.
func Keys(k KeySet) api.Route {
	return api.Route{Path: api.PathKeys, Methods: map[string]api.Handler{http.MethodGet: keys(k)}}
}

func keys(k KeySet) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		set, err := k.JSON(r.Context())
		if err != nil {
			return fmt.Errorf("list keys: %w", err)
		}
		public(w, keysFresh, set)
		return nil
	}
}

// public answers with a document that is the same for every caller: any page may
// read it.
func public(w http.ResponseWriter, keep string, document []byte) {
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", keep)
	h.Set("Content-Type", "application/json")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Del("Vary")
	_, _ = w.Write(document) // a caller who has hung up can't be told
}
