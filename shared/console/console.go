// Package console is the page on which a person sees their heart: they sign up,
// record or choose a file, look at it, enrol and check. It is made of files that
// a browser reads as they are; its one endpoint tells how the service sees a
// recording.
package console

import (
	"embed"
	"fmt"
	"path"

	"systole/shared/api"
	"systole/shared/api/page"
)

//go:embed assets
var assets embed.FS

// Settings of the console.
type Settings struct {
	// DefaultRateHz is the sampling rate of files that come without one.
	DefaultRateHz float64
	// Parallel is how many recordings are looked at at the same time.
	Parallel int
}

// AssetPath is where the page's files lie, in one folder.
const AssetPath = "/console/"

// policy lets the page use what lies beside it, and nothing else.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Routes are the page, its files and its endpoint.
func Routes(s Settings) ([]api.Route, error) {
	files, err := assets.ReadDir("assets")
	if err != nil {
		return nil, fmt.Errorf("read the console's files: %w", err)
	}
	routes := []api.Route{newInspector(s).route()}
	for _, file := range files {
		kind, ok := kinds()[path.Ext(file.Name())]
		if !ok {
			return nil, fmt.Errorf("the console's file %s is of no known kind", file.Name())
		}
		content := func() ([]byte, error) { return assets.ReadFile("assets/" + file.Name()) }
		at := AssetPath + file.Name()
		if file.Name() == "index.html" {
			at = api.PathConsole
		}
		routes = append(routes, page.New(kind, policy, content).Route(at))
	}
	return routes, nil
}

// kinds are the media types of the page's files.
func kinds() map[string]string {
	return map[string]string{
		".html": "text/html; charset=utf-8",
		".js":   "text/javascript; charset=utf-8",
		".css":  "text/css; charset=utf-8",
		".svg":  "image/svg+xml",
		".csv":  "text/csv; charset=utf-8",
	}
}
