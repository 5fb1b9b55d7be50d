// Package sdk has the service's clients in other languages, each one file without
// a dependency, and serves them: /sdk.js is the module that a page of any origin
// imports. Its README describes what they have in common.
package sdk

import (
	"embed"
	"net/http"

	"systole/shared/api"
	"systole/shared/api/page"
)

//go:embed javascript/sdk.js javascript/sdk.d.ts python/systole.py kotlin/Systole.kt
var files embed.FS

// Folder is the folder of the files that are copied into a program instead of
// being imported from the service.
const Folder = "/sdk/"

// Routes returns the routes of the files.
func Routes() []api.Route {
	return []api.Route{
		route(api.PathSDK, "javascript/sdk.js", "text/javascript; charset=utf-8"),
		route(Folder+"sdk.d.ts", "javascript/sdk.d.ts", "text/plain; charset=utf-8"),
		route(Folder+"systole.py", "python/systole.py", "text/plain; charset=utf-8"),
		route(Folder+"Systole.kt", "kotlin/Systole.kt", "text/plain; charset=utf-8"),
	}
}

// route serves a file at a path. A browser keeps it, and revalidates it each
// time: the path has no version.
func route(at, name, kind string) api.Route {
	p := page.New(kind, "", func() ([]byte, error) { return files.ReadFile(name) })
	return api.Route{Path: at, Name: api.PathSDK, Methods: map[string]api.Handler{http.MethodGet: shared(p.Answer)}}
}

// shared lets pages of every origin import the file, which is the same for all,
// even if CORS_ORIGINS lets only some call the service.
func shared(answer api.Handler) api.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
		return answer(w, r)
	}
}
